//! What the simulator tells unasked, as a webhook would: that the customer's bank has taken the money back.

use chrono::TimeDelta;
use contracts::api::payments::DeclineReason;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Money, Timestamp};
use platform::Connection;
use uuid::Uuid;

use crate::domain::{Key, News, Notice};
use crate::store::codes::money;
use crate::store::simulator_notices as notices;

/// A bank takes weeks; a test has no time.
const AFTER: TimeDelta = TimeDelta::seconds(1);

pub async fn announce_chargeback(
    conn: &mut Connection,
    capture: &str,
    amount: Money,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(notices::table)
        .values((
            notices::kind.eq("charged_back"),
            notices::about.eq(capture),
            notices::reference.eq(format!("sim_{}", Uuid::now_v7().simple())),
            notices::amount_minor.eq(amount.amount_minor),
            notices::currency.eq(amount.currency.code()),
            notices::due_at.eq(now + AFTER),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
struct Due {
    id: i64,
    kind: String,
    about: String,
    reference: String,
    key: Option<String>,
    amount_minor: Option<i64>,
    currency: Option<String>,
    due_at: Timestamp,
}

/// The next one that is due: nobody else gets it before the caller's transaction ends, and nobody after its commit.
pub async fn take_due(conn: &mut Connection, now: Timestamp) -> QueryResult<Option<Notice>> {
    let due: Option<Due> = notices::table
        .filter(notices::due_at.le(now))
        .filter(notices::delivered.eq(false))
        .order(notices::due_at)
        .select(Due::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()?;
    let Some(due) = due else { return Ok(None) };
    diesel::update(notices::table.find(due.id)).set(notices::delivered.eq(true)).execute(conn).await?;
    due.notice().map(Some)
}

/// Brought again, for it came too early.
pub async fn put_off(conn: &mut Connection, notice: &Notice, now: Timestamp) -> QueryResult<()> {
    let id: i64 = notice.id.parse().unwrap_or_default();
    diesel::update(notices::table.find(id))
        .set((notices::delivered.eq(false), notices::due_at.eq(now + AFTER)))
        .execute(conn)
        .await?;
    Ok(())
}

impl Due {
    fn notice(self) -> QueryResult<Notice> {
        let amount = self.amount_minor.zip(self.currency);
        let amount = amount.map(|(minor, currency)| money(minor, &currency)).transpose()?;
        let moved = || amount.ok_or(diesel::result::Error::NotFound);
        let reference = self.reference;
        let news = match self.kind.as_str() {
            "authorized" => News::Authorized { reference, capture_before: None },
            "declined" => News::Declined { reference, reason: DeclineReason::CardDeclined },
            "captured" => News::Captured { reference, amount: moved()? },
            "refunded" => News::Refunded { reference, amount: moved()? },
            "voided" => News::Voided { reference },
            _ => News::ChargedBack { reference, amount: moved()? },
        };
        let key = self.key.as_deref().and_then(Key::parse);
        Ok(Notice { id: self.id.to_string(), key, about: self.about, news, at: self.due_at })
    }
}
