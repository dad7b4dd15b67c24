//! Time moves sagas on: windows close, payments time out, unanswered commands are sent again.

use diesel_async::AsyncConnection;
use kernel::Timestamp;
use platform::{Connection, StoreError};
use tracing::info;

use super::App;
use super::advance::{save, save_returns};
use crate::domain::saga::{Event, Moment};
use crate::domain::{checkout, returns};
use crate::store::checkouts;
use crate::store::returns::returns_due_locked;

/// Sagas in one transaction.
const BATCH: i64 = 100;

impl App {
    /// When the next saga is due, once those that are have been driven on.
    pub async fn drive_due(&self) -> Result<Option<Timestamp>, StoreError> {
        loop {
            let mut conn = self.database.connect().await?;
            let next = checkouts::find_next_deadline(&mut conn).await?;
            if next.is_none_or(|deadline| deadline > self.clock.now()) {
                return Ok(next);
            }
            if self.drive_checkouts(&mut conn).await? + self.drive_returns(&mut conn).await? == 0 {
                // Those that are due are in somebody else's hands.
                return Ok(None);
            }
        }
    }

    /// How many were due.
    async fn drive_checkouts(&self, conn: &mut Connection) -> Result<usize, StoreError> {
        conn.transaction(async |conn| {
            let moment = self.moment();
            let due = checkouts::checkouts_due_locked(conn, moment.now, BATCH).await?;
            let step = |checkout: &checkout::Checkout| {
                let advance = checkout.advance(&Event::DeadlinePassed, spread(moment));
                advance.expect("a deadline may pass in every state")
            };
            let advances: Vec<_> = due.iter().filter_map(step).collect();
            for checkout::Advance { checkout, .. } in &advances {
                tell_waiting("Order", checkout.order.id, checkout.saga.state.name(), checkout.attempts);
            }
            save(conn, &advances, None, moment.now).await?;
            Ok(due.len())
        })
        .await
    }

    async fn drive_returns(&self, conn: &mut Connection) -> Result<usize, StoreError> {
        conn.transaction(async |conn| {
            let moment = self.moment();
            let due = returns_due_locked(conn, moment.now, BATCH).await?;
            let step = |item: &returns::Return| {
                let advance = item.advance(&returns::Event::DeadlinePassed, spread(moment));
                advance.expect("a deadline may pass in every state")
            };
            let advances: Vec<_> = due.iter().filter_map(step).collect();
            for returns::Advance { item, .. } in &advances {
                tell_waiting("Return", item.id, item.state.name(), item.attempts);
            }
            save_returns(conn, &advances, None, moment.now).await?;
            Ok(due.len())
        })
        .await
    }
}

/// Each its own: those that stopped together are not to come back together.
fn spread(moment: Moment) -> Moment {
    Moment { spread: rand::random(), ..moment }
}

fn tell_waiting(what: &str, id: impl std::fmt::Display, state: &str, attempts: u32) {
    if attempts > 0 {
        info!(saga.id = %id, "{what} {id} waits in {state}: asked again, {attempts} times so far");
    }
}
