//! The simulator's books: one row per key, never changed.

use chrono::TimeDelta;
use contracts::api::payments::DeclineReason;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use kernel::{Money, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::notices;
use crate::domain::{BookEntry, BookPage, Key, Operation, Outcome};
use crate::store::codes::{code, decoded, money};
use crate::store::simulator_operations as operations;

/// How long it holds what it has authorised.
const HOLDS_FOR: TimeDelta = TimeDelta::days(7);

const PAGE: i64 = 200;

/// What is asked for.
pub struct Entry {
    pub operation: Operation,
    /// The reference that it is about.
    pub target: Option<String>,
    /// Decided by the token.
    pub refused: Option<DeclineReason>,
    pub refuses_capture: bool,
    pub charges_back: bool,
    pub amount: Option<Money>,
}

impl Entry {
    pub fn new(operation: Operation, amount: Option<Money>) -> Self {
        let (target, refused) = (None, None);
        Self { operation, target, refused, refuses_capture: false, charges_back: false, amount }
    }

    pub fn on(self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), ..self }
    }
}

/// Two calls under one key take turns; the second finds the answer of the first.
pub async fn find_or_write(
    conn: &mut Connection,
    key: &Key,
    mut entry: Entry,
    now: Timestamp,
) -> QueryResult<Outcome> {
    platform::sql("SELECT pg_advisory_xact_lock(hashtextextended('simulator ' || $1, 0))")
        .bind::<Text, _>(key.as_str())
        .execute(conn)
        .await?;
    if let Some(outcome) = find(conn, key).await? {
        return Ok(outcome);
    }
    if let Some(target) = entry.target.clone() {
        judge(conn, &target, &mut entry, now).await?;
    }
    write(conn, key, &entry, now).await
}

pub async fn find(conn: &mut Connection, key: &Key) -> QueryResult<Option<Outcome>> {
    let found: Option<(String, Option<String>, Option<Timestamp>)> = operations::table
        .find(key.as_str())
        .select((operations::reference, operations::decline_reason, operations::capture_before))
        .first(conn)
        .await
        .optional()?;
    found
        .map(|(reference, reason, held)| Ok(outcome(reference, reason.map(decoded).transpose()?, held)))
        .transpose()
}

/// Whether it can be done to `target`, which is held until the caller's transaction ends.
async fn judge(conn: &mut Connection, target: &str, entry: &mut Entry, now: Timestamp) -> QueryResult<()> {
    type Held = (bool, bool, Option<Timestamp>, Option<i64>);
    let held: Option<Held> = operations::table
        .filter(operations::reference.eq(target))
        .filter(operations::approved)
        .select((
            operations::refuses_capture,
            operations::charges_back,
            operations::capture_before,
            operations::amount_minor,
        ))
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let done: Vec<(String, Option<i64>)> = operations::table
        .filter(operations::target.eq(target))
        .filter(operations::approved)
        .select((operations::kind, operations::amount_minor))
        .load(conn)
        .await?;
    let happened = |kind: &str| done.iter().any(|(done, _)| done == kind);
    let refunded: i64 = done.iter().filter_map(|(_, amount)| *amount).sum();
    let asked = entry.amount.map_or(0, |amount| amount.amount_minor);
    entry.refused = match (held, entry.operation) {
        (None, _) => Some(DeclineReason::CaptureRefused),
        (Some((refuses, charges_back, capture_before, _)), Operation::Capture) => {
            entry.charges_back = charges_back;
            let late = capture_before.is_some_and(|end| end <= now) || happened("void");
            if late {
                Some(DeclineReason::AuthorizationExpired)
            } else {
                (refuses || happened("capture")).then_some(DeclineReason::CaptureRefused)
            }
        }
        (Some(_), Operation::Void) => happened("capture").then_some(DeclineReason::CaptureRefused),
        (Some((_, true, ..)), Operation::Refund) => Some(DeclineReason::ChargedBack),
        (Some((.., captured)), Operation::Refund) => {
            (refunded + asked > captured.unwrap_or_default()).then_some(DeclineReason::NothingLeft)
        }
        (Some(_), Operation::Authorize) => None,
    };
    Ok(())
}

async fn write(conn: &mut Connection, key: &Key, entry: &Entry, now: Timestamp) -> QueryResult<Outcome> {
    let (refused, reference) = (entry.refused, format!("sim_{}", Uuid::now_v7().simple()));
    let authorises = entry.operation == Operation::Authorize && refused.is_none();
    let capture_before = authorises.then_some(now + HOLDS_FOR);
    diesel::insert_into(operations::table)
        .values((
            operations::key.eq(key.as_str()),
            operations::kind.eq(code(entry.operation.kind())),
            operations::target.eq(&entry.target),
            operations::reference.eq(&reference),
            operations::refuses_capture.eq(entry.refuses_capture),
            operations::charges_back.eq(entry.charges_back),
            operations::capture_before.eq(capture_before),
            operations::approved.eq(refused.is_none()),
            operations::decline_reason.eq(refused.map(code)),
            operations::amount_minor.eq(entry.amount.map(|amount| amount.amount_minor)),
            operations::currency.eq(entry.amount.map(|amount| amount.currency.code())),
            operations::performed_at.eq(now),
        ))
        .execute(conn)
        .await?;
    if let (Operation::Capture, true, None, Some(amount)) =
        (entry.operation, entry.charges_back, refused, entry.amount)
    {
        notices::announce_chargeback(conn, &reference, amount, now).await?;
    }
    Ok(outcome(reference, refused, capture_before))
}

/// What was approved after `cursor`, the position of the last line that was read, and `before` a moment: positions are
/// given before they are committed, so the newest lines may still get company.
pub async fn list(conn: &mut Connection, cursor: Option<&str>, before: Timestamp) -> QueryResult<BookPage> {
    type Row = (i64, String, String, String, Option<i64>, Option<String>, Timestamp);
    let after: i64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let rows: Vec<Row> = operations::table
        .filter(operations::position.gt(after))
        .filter(operations::performed_at.lt(before))
        .filter(operations::approved)
        .order(operations::position)
        .limit(PAGE)
        .select((
            operations::position,
            operations::key,
            operations::kind,
            operations::reference,
            operations::amount_minor,
            operations::currency,
            operations::performed_at,
        ))
        .load(conn)
        .await?;
    let cursor = rows.last().map(|row| row.0.to_string()).or(cursor.map(str::to_owned));
    let entries = rows.into_iter().map(|(_, key, kind, reference, minor, currency, at)| {
        // A void moves nothing; it has no amount.
        let amount = minor.zip(currency).map(|(minor, currency)| money(minor, &currency)).transpose()?;
        Ok(BookEntry { reference, kind: decoded(kind)?, amount, key: Key::parse(&key), at })
    });
    Ok(BookPage { entries: entries.collect::<QueryResult<_>>()?, cursor })
}

fn outcome(reference: String, refused: Option<DeclineReason>, capture_before: Option<Timestamp>) -> Outcome {
    match refused {
        None => Outcome::Approved { reference, capture_before },
        Some(reason) => Outcome::Declined { reference, reason },
    }
}
