//! Returns with their sagas. The order's saga row is the lock: it is taken before the return's own.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{Money, OrderId, ReturnId, Sku, Timestamp, UserId};
use platform::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::order_events::{Columns, Told};
use super::unreadable;
use crate::domain::returns::Return;

const SELECT: &str = "
    SELECT r.id, r.order_id, r.customer_id, r.reason, r.amount_minor, r.currency, r.state, r.attempts, r.deadline,
           r.requested_at, r.entered_at, s.version + s.fulfilment_version AS version,
           (SELECT jsonb_agg(jsonb_build_object('sku', l.sku, 'quantity', l.quantity) ORDER BY l.line)
              FROM return_lines l WHERE l.order_id = r.order_id AND l.return_id = r.id) AS lines
      FROM returns r JOIN sagas s ON s.order_id = r.order_id";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    order_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Jsonb)]
    state: Value,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deadline: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz)]
    requested_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    entered_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Jsonb)]
    lines: Value,
}

impl Row {
    fn item(self) -> QueryResult<Return> {
        Ok(Return {
            id: ReturnId(self.id),
            order_id: OrderId(self.order_id),
            customer_id: UserId(self.customer_id),
            lines: serde_json::from_value(self.lines).map_err(unreadable)?,
            reason: self.reason,
            amount: Money::new(self.amount_minor, self.currency.parse().map_err(unreadable)?),
            state: serde_json::from_value(self.state).map_err(unreadable)?,
            order_version: self.version,
            attempts: self.attempts.try_into().map_err(unreadable)?,
            deadline: self.deadline,
            requested_at: self.requested_at,
            entered_at: self.entered_at,
        })
    }
}

fn all(rows: Vec<Row>) -> QueryResult<Vec<Return>> {
    rows.into_iter().map(Row::item).collect()
}

pub async fn find_return(conn: &mut Connection, id: ReturnId) -> QueryResult<Option<Return>> {
    let query = format!("{SELECT} WHERE r.id = $1");
    let found = platform::sql(query).bind::<SqlUuid, _>(id.0).get_result::<Row>(conn).await;
    found.optional()?.map(Row::item).transpose()
}

/// Nobody else takes a step of this return, nor of its order, before the transaction ends.
pub async fn find_return_locked(conn: &mut Connection, id: ReturnId) -> QueryResult<Option<Return>> {
    let query = format!("{SELECT} WHERE r.id = $1 FOR NO KEY UPDATE OF s, r");
    let found = platform::sql(query).bind::<SqlUuid, _>(id.0).get_result::<Row>(conn).await;
    found.optional()?.map(Row::item).transpose()
}

/// All of the order, oldest first.
pub async fn returns_list(conn: &mut Connection, order: OrderId) -> QueryResult<Vec<Return>> {
    let query = format!("{SELECT} WHERE r.order_id = $1 ORDER BY r.id");
    all(platform::sql(query).bind::<SqlUuid, _>(order.0).load(conn).await?)
}

/// Those whose deadline has passed, locked; without those whose order somebody else is taking a step of.
pub async fn returns_due_locked(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Return>> {
    let query = format!(
        "{SELECT} WHERE r.deadline <= $1 ORDER BY r.deadline LIMIT $2 FOR NO KEY UPDATE OF s, r SKIP LOCKED"
    );
    all(platform::sql(query).bind::<Timestamptz, _>(now).bind::<BigInt, _>(limit).load(conn).await?)
}

/// Pieces of the order by SKU, in returns that are open or completed.
pub async fn pieces_claimed(conn: &mut Connection, order: OrderId) -> QueryResult<BTreeMap<Sku, i64>> {
    #[derive(QueryableByName)]
    struct Claimed {
        #[diesel(sql_type = Text)]
        sku: String,
        #[diesel(sql_type = BigInt)]
        pieces: i64,
    }
    let rows: Vec<Claimed> = platform::sql(
        "SELECT l.sku, sum(l.quantity) AS pieces FROM returns r
           JOIN return_lines l ON l.order_id = r.order_id AND l.return_id = r.id
          WHERE r.order_id = $1 AND r.status <> 'closed' GROUP BY l.sku",
    )
    .bind::<SqlUuid, _>(order.0)
    .load(conn)
    .await?;
    rows.into_iter().map(|row| Ok((Sku::parse(&row.sku).map_err(unreadable)?, row.pieces))).collect()
}

/// A new return of an order that the caller has locked, and what is said of it.
pub async fn return_insert(conn: &mut Connection, item: &Return, told: &[Told<'_>]) -> QueryResult<()> {
    let events = Columns::of(told);
    let (skus, quantities): (Vec<&str>, Vec<i32>) =
        item.lines.iter().map(|line| (line.sku.as_str(), line.quantity.get())).unzip();
    platform::sql(
        "WITH made AS (
            INSERT INTO returns (id, order_id, customer_id, reason, amount_minor, currency, state, requested_at,
                                 entered_at, deadline, attempts)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)
         ), listed AS (
            INSERT INTO return_lines (order_id, return_id, sku, quantity, line)
            SELECT $2, $1, l.* FROM unnest($11::text[], $12::integer[]) WITH ORDINALITY l
         ), versioned AS (
            UPDATE sagas SET version = version + 1 WHERE order_id = $2
         )
         INSERT INTO order_events (order_id, id, type, source, occurred_at, data)
         SELECT * FROM unnest($13::uuid[], $14::uuid[], $15::text[], $16::text[], $17::timestamptz[], $18::jsonb[])",
    )
    .bind::<SqlUuid, _>(item.id.0)
    .bind::<SqlUuid, _>(item.order_id.0)
    .bind::<SqlUuid, _>(item.customer_id.0)
    .bind::<Text, _>(&item.reason)
    .bind::<BigInt, _>(item.amount.amount_minor)
    .bind::<Text, _>(item.amount.currency.code())
    .bind::<Jsonb, _>(state(item))
    .bind::<Timestamptz, _>(item.requested_at)
    .bind::<Nullable<Timestamptz>, _>(item.deadline)
    .bind::<Integer, _>(attempts(item))
    .bind::<Array<Text>, _>(skus)
    .bind::<Array<Integer>, _>(quantities)
    .bind::<Array<SqlUuid>, _>(events.orders)
    .bind::<Array<SqlUuid>, _>(events.ids)
    .bind::<Array<Text>, _>(events.kinds)
    .bind::<Array<Text>, _>(events.sources)
    .bind::<Array<Timestamptz>, _>(events.times)
    .bind::<Array<Jsonb>, _>(events.data)
    .execute(conn)
    .await?;
    Ok(())
}

/// The new states of returns (locked by the caller) and messages of theirs; an order whose last piece has come back
/// is a returned one.
pub async fn returns_update(
    conn: &mut Connection,
    changed: &[&Return],
    told: &[Told<'_>],
) -> QueryResult<()> {
    let events = Columns::of(told);
    platform::sql(
        "WITH changed AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[], $4::timestamptz[], $5::integer[],
                                 $6::timestamptz[])
                AS c (id, order_id, state, deadline, attempts, entered_at)
         ), saved AS (
            UPDATE returns SET state = c.state, deadline = c.deadline, attempts = c.attempts,
                   entered_at = c.entered_at
              FROM changed c WHERE returns.order_id = c.order_id AND returns.id = c.id
         ), versioned AS (
            UPDATE sagas SET version = version + 1 FROM changed c WHERE sagas.order_id = c.order_id
         ), finished AS (
            UPDATE orders SET returned_at = c.entered_at FROM changed c
             WHERE orders.id = c.order_id AND c.state ->> 'name' = 'completed'
               AND (SELECT sum(l.quantity) FROM order_lines l WHERE l.order_id = c.order_id)
                 = (SELECT sum(l.quantity) FROM returns r
                      JOIN return_lines l ON l.order_id = r.order_id AND l.return_id = r.id
                     WHERE r.order_id = c.order_id AND (r.status = 'completed' OR r.id = c.id))
         )
         INSERT INTO order_events (order_id, id, type, source, occurred_at, data)
         SELECT * FROM unnest($7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::jsonb[])",
    )
    .bind::<Array<SqlUuid>, _>(changed.iter().map(|item| item.id.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(changed.iter().map(|item| item.order_id.0).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(changed.iter().map(|item| state(item)).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(changed.iter().map(|item| item.deadline).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(changed.iter().map(|item| attempts(item)).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(changed.iter().map(|item| item.entered_at).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(events.orders)
    .bind::<Array<SqlUuid>, _>(events.ids)
    .bind::<Array<Text>, _>(events.kinds)
    .bind::<Array<Text>, _>(events.sources)
    .bind::<Array<Timestamptz>, _>(events.times)
    .bind::<Array<Jsonb>, _>(events.data)
    .execute(conn)
    .await?;
    Ok(())
}

fn state(item: &Return) -> Value {
    serde_json::to_value(&item.state).expect("a state is plain data")
}

fn attempts(item: &Return) -> i32 {
    item.attempts.try_into().unwrap_or(i32::MAX)
}
