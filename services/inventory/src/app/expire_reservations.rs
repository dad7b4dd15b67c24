//! Gives back what is held past its time. Every replica does so: they share the work, row by row.

use std::time::Duration;

use contracts::messages::inventory::StockReleased;
use diesel_async::AsyncConnection;
use kernel::{Clock, OrderId, Timestamp};
use platform::outbox::{Event, record_all};
use platform::{Database, StoreError, backoff, tasks};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::announce::level_events;
use crate::domain::{Change, Movement};
use crate::metrics;
use crate::store::{reservations, stock};

const POLL: Duration = Duration::from_millis(500);
const BATCH: usize = 100;

/// Until the process stops.
pub async fn expire_reservations(database: Database, clock: Clock, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    while !shutdown.is_cancelled() {
        let wait = match expire_batch(&database, &clock).await {
            Ok(expired) => {
                pauses = backoff::until_available();
                if expired < BATCH { POLL } else { Duration::ZERO }
            }
            Err(error) => {
                warn!(%error, "Reservations can't expire now: {error}");
                pauses.next().unwrap_or(POLL)
            }
        };
        tasks::pause(wait, &shutdown).await;
    }
}

async fn expire_batch(database: &Database, clock: &Clock) -> Result<usize, StoreError> {
    let now = clock.now();
    let mut conn = database.connect().await?;
    let limit = i64::try_from(BATCH).expect("a batch is small");
    let expired = conn
        .transaction(async |conn| {
            let orders = reservations::reservations_expire(now, limit, conn).await?;
            if !orders.is_empty() {
                let changes = stock::stock_move(&orders, Movement::Expired, now, conn).await?;
                record_all(&events(&changes, &orders, now), conn).await?;
            }
            Ok::<_, diesel::result::Error>(orders)
        })
        .await?;
    for order in &expired {
        info!(order.id = %order, "The reservation of order {order} has expired");
    }
    metrics::EXPIRED.inc_by(u64::try_from(expired.len()).expect("a batch is small"));
    Ok(expired.len())
}

/// The sagas are told too: those that wait for a shopper's payment need not wait for nothing.
fn events(changes: &[Change], orders: &[OrderId], now: Timestamp) -> Vec<Event> {
    let released = |order: &OrderId| Event::new(&StockReleased { order_id: *order }, now).correlated(order);
    level_events(changes, now).into_iter().chain(orders.iter().map(released)).collect()
}
