//! Which payments have an operation to perform, and whose turn it is.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use kernel::{PaymentId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::payments::Row;
use super::refunds::refunds_fill;
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
        open_operations::next_attempt_at.eq(Some(now)),
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
                open_operations::next_attempt_at.eq(Some(lease_ends)),
                open_operations::asks.eq(open_operations::asks + 1),
            ))
            .returning((open_operations::payment_id, open_operations::asks))
            .get_results(conn)
            .await?;
    let asks: HashMap<Uuid, i32> = taken.into_iter().collect();
    let rows: Vec<Row> =
        payments::table.filter(payments::id.eq_any(&due)).select(Row::as_select()).load(conn).await?;
    let mut payments: Vec<Payment> = rows.into_iter().map(Row::payment).collect::<QueryResult<_>>()?;
    refunds_fill(conn, &mut payments).await?;
    let job = |payment: Payment| {
        let asks = asks.get(&payment.id.0).copied().unwrap_or(1);
        Job { payment, asks }
    };
    Ok(payments.into_iter().map(job).collect())
}

/// Not known yet: to be asked again at `at`; without: by a person.
pub async fn work_ask_again(
    conn: &mut Connection,
    payment_id: PaymentId,
    asks: i32,
    at: Option<Timestamp>,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(open_operations::table.find(payment_id.0))
        .set((
            open_operations::asks.eq(asks),
            open_operations::next_attempt_at.eq(at),
            open_operations::unknown_since.eq(sql::<Nullable<Timestamptz>>("coalesce(unknown_since, ")
                .bind::<Timestamptz, _>(now)
                .sql(")")),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Since when nobody knows what became of the payment's operation.
pub async fn work_unknown_since(
    conn: &mut Connection,
    payment_id: PaymentId,
) -> QueryResult<Option<Timestamp>> {
    let this = open_operations::table.find(payment_id.0).select(open_operations::unknown_since);
    this.first(conn).await.optional().map(Option::flatten)
}

/// An operation whose outcome nobody knows.
pub struct Unresolved {
    pub payment: Payment,
    pub asks: i32,
    pub next_ask_at: Option<Timestamp>,
    pub unknown_since: Timestamp,
}

/// In the order in which the payments began.
pub async fn unresolved_list(
    conn: &mut Connection,
    after: Option<PaymentId>,
    at_most: i64,
) -> QueryResult<Vec<Unresolved>> {
    type Open = (i32, Option<Timestamp>, Option<Timestamp>);
    let open = (open_operations::asks, open_operations::next_attempt_at, open_operations::unknown_since);
    let mut query = open_operations::table
        .inner_join(payments::table.on(payments::id.eq(open_operations::payment_id)))
        .filter(open_operations::unknown_since.is_not_null())
        .order(open_operations::payment_id)
        .limit(at_most)
        .select((Row::as_select(), open))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(open_operations::payment_id.gt(after.0));
    }
    let rows: Vec<(Row, Open)> = query.load(conn).await?;
    let (rows, open): (Vec<Row>, Vec<Open>) = rows.into_iter().unzip();
    let mut payments: Vec<Payment> = rows.into_iter().map(Row::payment).collect::<QueryResult<_>>()?;
    refunds_fill(conn, &mut payments).await?;
    let unresolved = |(payment, (asks, next_ask_at, since)): (Payment, Open)| {
        since.map(|unknown_since| Unresolved { payment, asks, next_ask_at, unknown_since })
    };
    Ok(payments.into_iter().zip(open).filter_map(unresolved).collect())
}

/// Since when each outcome is unknown that nobody knows.
pub async fn unknown_ages(conn: &mut Connection) -> QueryResult<Vec<Timestamp>> {
    let since = open_operations::unknown_since.assume_not_null();
    let unknown = open_operations::table.filter(open_operations::unknown_since.is_not_null());
    unknown.select(since).load(conn).await
}
