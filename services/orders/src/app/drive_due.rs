//! Time moves sagas on: windows close, payments time out, unanswered commands are sent again.

use diesel_async::AsyncConnection;
use kernel::Timestamp;
use platform::StoreError;
use tracing::info;

use super::{App, advance};
use crate::domain::checkout::{Advance, Checkout};
use crate::domain::saga::Event;
use crate::store::checkouts;

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
            if self.drive_batch(&mut conn).await? == 0 {
                // Those that are due are in somebody else's hands.
                return Ok(None);
            }
        }
    }

    /// How many sagas were due.
    async fn drive_batch(&self, conn: &mut platform::Connection) -> Result<usize, StoreError> {
        conn.transaction(async |conn| {
            let moment = self.moment();
            let due = checkouts::checkouts_due_locked(conn, moment.now, BATCH).await?;
            let step = |checkout: &Checkout| {
                // Each its own spread: those that stopped together are not to come back together.
                let moment = crate::domain::saga::Moment { spread: rand::random(), ..moment };
                let advance = checkout.advance(&Event::DeadlinePassed, moment);
                advance.expect("a deadline may pass in every state")
            };
            let advances: Vec<Advance> = due.iter().filter_map(step).collect();
            for Advance { checkout, .. } in advances.iter().filter(|advance| advance.checkout.attempts > 0) {
                let (id, state) = (checkout.order.id, checkout.saga.state.name());
                info!(order.id = %id, "Order {id} waits in {state}: asked again, {} times so far", checkout.attempts);
            }
            advance::save(conn, &advances, None, moment.now).await?;
            Ok(due.len())
        })
        .await
    }
}
