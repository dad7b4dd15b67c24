//! Reservations: one row per order that was ever heard of.

use contracts::api::orders::Shortage;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::schema::reservations;
use crate::domain::{Reservation, State};

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
    let row: Row =
        reservations::table.find(order.0).select(Row::as_select()).for_update().first(conn).await?;
    Ok(Some(row.found()))
}

pub async fn reservation_save(
    order: OrderId,
    state: State,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<()> {
    diesel::update(reservations::table.find(order.0))
        .set((reservations::state.eq(name(state)), reservations::changed_at.eq(now)))
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
    let expired: Vec<Expired> = diesel::sql_query(
        "WITH due AS (
             SELECT order_id FROM reservations WHERE state = 'held' AND expires_at <= $1
             ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
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
