//! Holds all that an order wants, or nothing of it.

use chrono::TimeDelta;
use contracts::api::orders::Shortage;
use contracts::messages::orders::StockLine;
use diesel::QueryResult;
use kernel::Quantity;
use platform::Connection;

use super::announce::{Reply, Story};
use crate::domain::{Answer, Command, Level, Reservation, merge};
use crate::store::reservations::{self, Found};
use crate::store::stock::{self, Attempt};

pub async fn reserve_stock(
    story: Story<'_>,
    lines: &[StockLine],
    hold_for: TimeDelta,
    conn: &mut Connection,
) -> QueryResult<()> {
    let (order, now) = (story.order_id, story.now);
    let expires_at = now + hold_for;
    let hold = Reservation::held_until(expires_at);
    if let Some(found) = reservations::reservation_claim(order, hold, now, conn).await? {
        return answer_again(story, found, conn).await;
    }
    let attempts = stock::stock_reserve(order, &merge(lines), now, conn).await?;
    let shortages = shortages(&attempts);
    if !shortages.is_empty() {
        reservations::reservation_reject(order, &shortages, now, conn).await?;
        let reply = Reply { answer: Answer::Rejected, expires_at: None, shortages };
        return story.announce(&[], reply, conn).await;
    }
    let levels: Vec<Level> = attempts.into_iter().filter_map(|attempt| attempt.level).collect();
    let reply = Reply { answer: Answer::Reserved, expires_at: Some(expires_at), shortages };
    story.announce(&levels, reply, conn).await
}

/// The order was here before: whatever became of it, it is not held a second time.
async fn answer_again(story: Story<'_>, found: Found, conn: &mut Connection) -> QueryResult<()> {
    let Found { reservation, shortages } = found;
    let answer = reservation.decide(Command::Reserve, story.now).answer;
    story.announce(&[], Reply { answer, expires_at: reservation.expires_at, shortages }, conn).await
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
