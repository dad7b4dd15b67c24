//! Which payments have an operation to perform, and whose turn it is.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::{PaymentId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::payments::Row;
use super::schema::{open_operations, payments};
use crate::domain::Payment;

/// A payment whose operation is ours to perform until its lease ends.
pub struct Job {
    pub payment: Payment,
    /// How often it has been taken in this attempt, this time included.
    pub asks: i32,
}

/// A new operation is due at once, also where another one was open.
pub(super) async fn work_open(
    conn: &mut Connection,
    payment_id: PaymentId,
    now: Timestamp,
) -> QueryResult<()> {
    let fresh = (
        open_operations::asks.eq(0),
        open_operations::next_attempt_at.eq(now),
        open_operations::unknown_since.eq(None::<Timestamp>),
    );
    diesel::insert_into(open_operations::table)
        .values((open_operations::payment_id.eq(payment_id.0), fresh))
        .on_conflict(open_operations::payment_id)
        .do_update()
        .set(fresh)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn work_close(conn: &mut Connection, payment_id: PaymentId) -> QueryResult<()> {
    diesel::delete(open_operations::table.find(payment_id.0)).execute(conn).await?;
    Ok(())
}

/// Takes what is due. A worker that dies leaves its jobs due again at `lease_ends`.
pub async fn work_claim(
    conn: &mut Connection,
    now: Timestamp,
    lease_ends: Timestamp,
    at_most: i64,
) -> QueryResult<Vec<Job>> {
    // Locked and skipped, so that replicas take different ones and none waits for another.
    let due: Vec<Uuid> = open_operations::table
        .filter(open_operations::next_attempt_at.le(now))
        .order(open_operations::next_attempt_at)
        .limit(at_most)
        .select(open_operations::payment_id)
        .for_update()
        .skip_locked()
        .load(conn)
        .await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let taken: Vec<(Uuid, i32)> =
        diesel::update(open_operations::table.filter(open_operations::payment_id.eq_any(&due)))
            .set((
                open_operations::next_attempt_at.eq(lease_ends),
                open_operations::asks.eq(open_operations::asks + 1),
            ))
            .returning((open_operations::payment_id, open_operations::asks))
            .get_results(conn)
            .await?;
    let asks: HashMap<Uuid, i32> = taken.into_iter().collect();
    let rows: Vec<Row> =
        payments::table.filter(payments::id.eq_any(&due)).select(Row::as_select()).load(conn).await?;
    rows.into_iter()
        .map(|row| {
            let payment = row.payment()?;
            let asks = asks.get(&payment.id.0).copied().unwrap_or(1);
            Ok(Job { payment, asks })
        })
        .collect()
}

/// Not known yet: to be asked again at `at`.
pub async fn work_ask_again(
    conn: &mut Connection,
    payment_id: PaymentId,
    asks: i32,
    at: Timestamp,
    now: Timestamp,
) -> QueryResult<()> {
    let this = || open_operations::table.find(payment_id.0);
    diesel::update(this())
        .set((open_operations::asks.eq(asks), open_operations::next_attempt_at.eq(at)))
        .execute(conn)
        .await?;
    diesel::update(this().filter(open_operations::unknown_since.is_null()))
        .set(open_operations::unknown_since.eq(now))
        .execute(conn)
        .await?;
    Ok(())
}

/// How many payments have an operation whose outcome nobody knows.
pub async fn unknown_count(conn: &mut Connection) -> QueryResult<i64> {
    let unknown = open_operations::table.filter(open_operations::unknown_since.is_not_null());
    unknown.count().get_result(conn).await
}
