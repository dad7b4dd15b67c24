//! Reservations: one row per order that was ever heard of.

use contracts::api::orders::Shortage;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use kernel::{OrderId, ReturnId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::parsed;
use super::schema::{reservation_lines, reservations, returns};
use crate::domain::{Part, Reservation, State};

/// A reservation that was there before, with why it was rejected where it was.
#[derive(Debug)]
pub struct Found {
    pub reservation: Reservation,
    pub shortages: Vec<Shortage>,
}

/// Stores `fresh`, or gives the reservation that the order has. Either way the row is the caller's until it commits:
/// a second message about the order waits here.
pub async fn reservation_claim(
    order: OrderId,
    fresh: Reservation,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Option<Found>> {
    let inserted = diesel::insert_into(reservations::table)
        .values((
            reservations::order_id.eq(order.0),
            reservations::state.eq(name(fresh.state)),
            reservations::expires_at.eq(fresh.expires_at),
            reservations::changed_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if inserted == 1 {
        return Ok(None);
    }
    find_reservation_locked(order, conn).await
}

/// The reservation, and nobody else decides about it until the caller's transaction ends.
pub async fn find_reservation_locked(order: OrderId, conn: &mut Connection) -> QueryResult<Option<Found>> {
    let row: Option<Row> = reservations::table
        .find(order.0)
        .select(Row::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Row::found))
}

pub async fn reservation_save(
    order: OrderId,
    reservation: Reservation,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<()> {
    diesel::update(reservations::table.find(order.0))
        .set((
            reservations::state.eq(name(reservation.state)),
            reservations::expires_at.eq(reservation.expires_at),
            reservations::changed_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Remembers what was short, so that the same order gets the same answer again.
pub async fn reservation_reject(
    order: OrderId,
    shortages: &[Shortage],
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<()> {
    let shortages = serde_json::to_value(shortages).expect("shortages are plain data");
    diesel::update(reservations::table.find(order.0))
        .set((
            reservations::state.eq(name(State::Rejected)),
            reservations::expires_at.eq(None::<Timestamp>),
            reservations::shortages.eq(shortages),
            reservations::changed_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends up to `limit` holds whose time is over, oldest first. Those that another transaction has in hand are left
/// to it: it commits or releases them, or the next round finds them.
pub async fn reservations_expire(
    now: Timestamp,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<OrderId>> {
    #[derive(QueryableByName)]
    struct Expired {
        #[diesel(sql_type = sql_types::Uuid)]
        order_id: Uuid,
    }
    let expired: Vec<Expired> = platform::sql(
        "WITH due AS (
             SELECT order_id FROM reservations WHERE state = 'held' AND expires_at <= $1
             ORDER BY expires_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
         )
         UPDATE reservations AS r SET state = 'expired', changed_at = $1
         FROM due WHERE r.order_id = due.order_id
         RETURNING r.order_id",
    )
    .bind::<sql_types::Timestamptz, _>(now)
    .bind::<sql_types::BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(expired.into_iter().map(|row| OrderId(row.order_id)).collect())
}

/// What the order was given of each shelf.
pub async fn parts_list(order: OrderId, conn: &mut Connection) -> QueryResult<Vec<Part>> {
    let rows: Vec<(String, String, i64)> = reservation_lines::table
        .filter(reservation_lines::order_id.eq(order.0))
        .select((reservation_lines::sku, reservation_lines::region, reservation_lines::pieces))
        .order((reservation_lines::sku, reservation_lines::region))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(part).collect())
}

/// What has left the shelves for the order and is not back.
pub async fn parts_list_gone(order: OrderId, conn: &mut Connection) -> QueryResult<Vec<Part>> {
    let gone = reservation_lines::committed - reservation_lines::returned;
    let rows: Vec<(String, String, i64)> = reservation_lines::table
        .filter(reservation_lines::order_id.eq(order.0))
        .filter(reservation_lines::committed.gt(reservation_lines::returned))
        .select((reservation_lines::sku, reservation_lines::region, gone))
        .order((reservation_lines::sku, reservation_lines::region))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(part).collect())
}

/// Remembers the return, or gives the order whose return it already is.
pub async fn return_claim(
    id: ReturnId,
    order: OrderId,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Option<OrderId>> {
    let inserted = diesel::insert_into(returns::table)
        .values((returns::return_id.eq(id.0), returns::order_id.eq(order.0), returns::at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if inserted == 1 {
        return Ok(None);
    }
    let found: Uuid = returns::table.find(id.0).select(returns::order_id).first(conn).await?;
    Ok(Some(OrderId(found)))
}

fn part((sku, region, pieces): (String, String, i64)) -> Part {
    Part { sku: parsed(sku), region: parsed(region), pieces }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reservations, check_for_backend(diesel::pg::Pg))]
struct Row {
    state: String,
    expires_at: Option<Timestamp>,
    shortages: Option<serde_json::Value>,
}

impl Row {
    fn found(self) -> Found {
        let shortages = self
            .shortages
            .map(|stored| serde_json::from_value(stored).expect("shortages are stored as they are read"));
        let reservation = Reservation { state: state(&self.state), expires_at: self.expires_at };
        Found { reservation, shortages: shortages.unwrap_or_default() }
    }
}

fn name(state: State) -> &'static str {
    match state {
        State::Held => "held",
        State::Rejected => "rejected",
        State::Released => "released",
        State::Expired => "expired",
        State::Committed => "committed",
        State::Restocked => "restocked",
    }
}

fn state(stored: &str) -> State {
    use State::{Committed, Expired, Held, Rejected, Released, Restocked};
    [Held, Rejected, Released, Expired, Committed, Restocked]
        .into_iter()
        .find(|state| name(*state) == stored)
        .expect("a CHECK keeps unknown states out")
}
