//! What the simulator tells unasked: that the customer's bank has taken the money back.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{Money, Timestamp};
use platform::Connection;
use uuid::Uuid;

use crate::domain::{News, Notice};
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
            notices::reference.eq(format!("sim_{}", Uuid::now_v7().simple())),
            notices::capture.eq(capture),
            notices::amount_minor.eq(amount.amount_minor),
            notices::currency.eq(amount.currency.code()),
            notices::due_at.eq(now + AFTER),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The next one that is due: nobody else gets it before the caller's transaction ends, and nobody after its commit.
pub async fn take_due(conn: &mut Connection, now: Timestamp) -> QueryResult<Option<Notice>> {
    type Row = (String, String, i64, String, Timestamp);
    let due: Option<Row> = notices::table
        .filter(notices::due_at.le(now))
        .filter(notices::delivered.eq(false))
        .order(notices::due_at)
        .select((
            notices::reference,
            notices::capture,
            notices::amount_minor,
            notices::currency,
            notices::due_at,
        ))
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()?;
    let Some((reference, about, minor, currency, at)) = due else { return Ok(None) };
    diesel::update(notices::table.find(&reference)).set(notices::delivered.eq(true)).execute(conn).await?;
    let (id, amount) = (reference.clone(), money(minor, &currency)?);
    Ok(Some(Notice { id, key: None, about, news: News::ChargedBack { reference, amount }, at }))
}
