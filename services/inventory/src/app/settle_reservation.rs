//! Releases, commits or restocks what an order holds or held.

use diesel::QueryResult;
use platform::Connection;

use super::announce::{Reply, Story};
use crate::domain::{Command, Reservation};
use crate::store::{reservations, stock};

/// An order that nobody knows gets a tombstone, so that a ReserveStock which comes late holds nothing.
pub async fn settle_reservation(
    story: Story<'_>,
    command: Command,
    conn: &mut Connection,
) -> QueryResult<()> {
    let (order, now) = (story.order_id, story.now);
    let found = reservations::reservation_claim(order, Reservation::NEVER, now, conn).await?;
    let reservation = found.map_or(Reservation::NEVER, |found| found.reservation);
    let decision = reservation.decide(command, now);
    if decision.state != reservation.state {
        reservations::reservation_save(order, decision.state, now, conn).await?;
    }
    let levels = match decision.movement {
        Some(movement) => stock::stock_move(&[order], movement, now, conn).await?,
        None => vec![],
    };
    let reply = Reply { answer: decision.answer, expires_at: None, shortages: vec![] };
    story.announce(&levels, reply, conn).await
}
