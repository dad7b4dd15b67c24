//! Renews, releases, commits or restocks what an order holds or held.

use diesel::QueryResult;
use kernel::OrderId;
use platform::Connection;

use super::announce::{Reply, Story};
use crate::domain::{Answer, Command, Part, Reservation};
use crate::store::reservations::{self, Found};
use crate::store::stock;

/// An order that nobody knows gets a tombstone, so that a ReserveStock which comes late holds nothing.
pub async fn settle_reservation(
    story: Story<'_>,
    command: Command,
    conn: &mut Connection,
) -> QueryResult<()> {
    let (order, now) = (story.order_id, story.now);
    let found = reservations::reservation_claim(order, Reservation::NEVER, now, conn).await?;
    let mut found = found.unwrap_or(Found { reservation: Reservation::NEVER, shortages: vec![] });
    let decision = found.reservation.decide(command, now);
    if decision.reservation != found.reservation {
        reservations::reservation_save(order, decision.reservation, now, conn).await?;
        found.reservation = decision.reservation;
    }
    let changes = match decision.movement {
        Some(movement) => stock::stock_move(&[order], movement, now, conn).await?,
        None => vec![],
    };
    let reply = reply(order, decision.answer, found, conn).await?;
    story.announce(&changes, reply, conn).await
}

/// The answer, with what is known of the reservation.
pub async fn reply(
    order: OrderId,
    answer: Answer,
    Found { reservation, shortages }: Found,
    conn: &mut Connection,
) -> QueryResult<Reply> {
    Ok(match answer {
        Answer::Reserved => {
            let parts = reservations::parts_list(order, conn).await?;
            let allocations = parts.iter().flat_map(Part::allocations).collect();
            let expires_at = reservation.expires_at.expect("what is held has an end");
            Reply::Reserved { expires_at, allocations }
        }
        Answer::Rejected => Reply::Rejected { shortages },
        Answer::Released => Reply::Released,
        Answer::Committed => Reply::Committed,
        Answer::CommitFailed => Reply::CommitFailed,
        Answer::Restocked => Reply::Restocked,
    })
}
