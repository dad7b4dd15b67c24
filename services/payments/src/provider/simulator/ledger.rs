//! The simulator's books: one row per key, never changed.

use contracts::api::payments::DeclineReason;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use kernel::{Money, Timestamp};
use platform::Connection;
use uuid::Uuid;

use crate::domain::{Key, Operation, Outcome};
use crate::store::codes::{code, decoded};
use crate::store::simulator_operations as operations;

/// What is asked for.
pub struct Entry {
    pub operation: Operation,
    /// The reference that it is about.
    pub target: Option<String>,
    /// Decided by the token.
    pub refused: Option<DeclineReason>,
    pub refuses_capture: bool,
    pub amount: Option<Money>,
}

impl Entry {
    pub fn new(operation: Operation, amount: Option<Money>) -> Self {
        Self { operation, target: None, refused: None, refuses_capture: false, amount }
    }

    pub fn on(self, target: &str) -> Self {
        Self { target: Some(target.to_owned()), ..self }
    }
}

/// Two calls under one key take turns; the second finds the answer of the first.
pub async fn find_or_write(
    conn: &mut Connection,
    key: &Key,
    entry: &Entry,
    now: Timestamp,
) -> QueryResult<Outcome> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('simulator ' || $1, 0))")
        .bind::<Text, _>(key.as_str())
        .execute(conn)
        .await?;
    if let Some(outcome) = find(conn, key).await? {
        return Ok(outcome);
    }
    let refused = match &entry.target {
        Some(target) => refusal(conn, target, entry.operation).await?,
        None => entry.refused,
    };
    write(conn, key, entry, refused, now).await
}

pub async fn find(conn: &mut Connection, key: &Key) -> QueryResult<Option<Outcome>> {
    let found: Option<(String, Option<String>)> = operations::table
        .find(key.as_str())
        .select((operations::reference, operations::decline_reason))
        .first(conn)
        .await
        .optional()?;
    found.map(|(reference, reason)| Ok(outcome(reference, reason.map(decoded).transpose()?))).transpose()
}

/// Why it can't be done to `target`; holds the target until the caller's transaction ends.
async fn refusal(
    conn: &mut Connection,
    target: &str,
    operation: Operation,
) -> QueryResult<Option<DeclineReason>> {
    let of_target = operations::table.filter(operations::reference.eq(target)).filter(operations::approved);
    let refuses_capture: Option<bool> =
        of_target.select(operations::refuses_capture).for_update().first(conn).await.optional()?;
    let done_before: i64 = operations::table
        .filter(operations::target.eq(target))
        .filter(operations::approved)
        .count()
        .get_result(conn)
        .await?;
    let refused = match operation {
        Operation::Capture => refuses_capture != Some(false) || done_before > 0,
        Operation::Authorize | Operation::Void | Operation::Refund => {
            refuses_capture.is_none() || done_before > 0
        }
    };
    Ok(refused.then_some(DeclineReason::CaptureRefused))
}

async fn write(
    conn: &mut Connection,
    key: &Key,
    entry: &Entry,
    refused: Option<DeclineReason>,
    now: Timestamp,
) -> QueryResult<Outcome> {
    let reference = format!("sim_{}", Uuid::now_v7().simple());
    diesel::insert_into(operations::table)
        .values((
            operations::key.eq(key.as_str()),
            operations::kind.eq(kind(entry.operation)),
            operations::target.eq(&entry.target),
            operations::reference.eq(&reference),
            operations::refuses_capture.eq(entry.refuses_capture),
            operations::approved.eq(refused.is_none()),
            operations::decline_reason.eq(refused.map(code)),
            operations::amount_minor.eq(entry.amount.map(|amount| amount.amount_minor)),
            operations::currency.eq(entry.amount.map(|amount| amount.currency.code())),
            operations::performed_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(outcome(reference, refused))
}

fn outcome(reference: String, refused: Option<DeclineReason>) -> Outcome {
    match refused {
        None => Outcome::Approved { reference },
        Some(reason) => Outcome::Declined { reference, reason },
    }
}

fn kind(operation: Operation) -> &'static str {
    match operation {
        Operation::Authorize => "authorization",
        Operation::Capture => "capture",
        Operation::Void => "void",
        Operation::Refund => "refund",
    }
}
