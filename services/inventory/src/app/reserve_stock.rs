//! Holds all that an order wants, or nothing of it.

use contracts::api::orders::Shortage;
use contracts::messages::inventory::Allocation;
use contracts::messages::orders::StockLine;
use diesel::QueryResult;
use kernel::{Quantity, Region};
use platform::Connection;

use super::announce::{Reply, Story};
use super::settle_reservation::reply;
use crate::domain::{Change, Command, Part, Reservation, merge};
use crate::store::reservations;
use crate::store::stock::{self, Attempt};

/// `hold` is what becomes of the order's reservation where it has none yet.
pub async fn reserve_stock(
    story: Story<'_>,
    lines: &[StockLine],
    preferred: Option<&Region>,
    hold: Reservation,
    conn: &mut Connection,
) -> QueryResult<()> {
    let (order, now) = (story.order_id, story.now);
    if let Some(found) = reservations::reservation_claim(order, hold, now, conn).await? {
        // The order was here before: whatever became of it, it is not held a second time.
        let answer = found.reservation.decide(Command::Reserve, now).answer;
        let reply = reply(order, answer, found, conn).await?;
        return story.announce(&[], reply, conn).await;
    }
    let attempts = stock::stock_reserve(order, &merge(lines), preferred, now, conn).await?;
    let shortages = shortages(&attempts);
    if !shortages.is_empty() {
        reservations::reservation_reject(order, &shortages, now, conn).await?;
        return story.announce(&[], Reply::Rejected { shortages }, conn).await;
    }
    let allocations: Vec<Allocation> =
        attempts.iter().flat_map(|attempt| attempt.parts.iter().flat_map(Part::allocations)).collect();
    let changes: Vec<Change> = attempts.into_iter().filter_map(|attempt| attempt.change).collect();
    let expires_at = hold.expires_at.expect("what is held has an end");
    story.announce(&changes, Reply::Reserved { expires_at, allocations }, conn).await
}

fn shortages(attempts: &[Attempt]) -> Vec<Shortage> {
    attempts
        .iter()
        .filter(|attempt| attempt.available < attempt.line.pieces)
        .map(|attempt| Shortage {
            sku: attempt.line.sku.clone(),
            wanted: Quantity::new(attempt.line.pieces).unwrap_or(Quantity::MAX),
            available: attempt.available,
        })
        .collect()
}
