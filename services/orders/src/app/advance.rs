//! An answer of a participant moves the saga on.

use contracts::Envelope;
use kernel::{OrderId, Timestamp};
use platform::Connection;
use platform::consumer::HandleError;
use platform::outbox;
use serde_json::Value;

use super::{App, messages};
use crate::domain::checkout::Advance;
use crate::domain::saga::Event;
use crate::store::checkouts::{self, Told};

impl App {
    /// In the transaction of the inbox. What can't be changes nothing and is not even recorded.
    pub async fn advance(
        &self,
        conn: &mut Connection,
        order: OrderId,
        event: &Event,
        answer: &Envelope<Value>,
    ) -> Result<(), HandleError> {
        let found = checkouts::find_checkout_locked(conn, order).await?;
        let checkout = found.ok_or_else(|| HandleError::Impossible(format!("there is no order {order}")))?;
        let moment = self.moment();
        let advance = checkout
            .advance(event, moment)
            .map_err(|illegal| HandleError::Impossible(format!("order {order}: {illegal}")))?;
        save(conn, advance.as_slice(), Some((order, answer)), moment.now).await?;
        Ok(())
    }
}

/// Writes what has changed, with what was received and what is to be said.
pub async fn save(
    conn: &mut Connection,
    advances: &[Advance],
    received: Option<Told<'_>>,
    now: Timestamp,
) -> diesel::QueryResult<()> {
    let mut said = Vec::new();
    for advance in advances {
        let order = advance.checkout.order.id;
        for event in messages::messages(advance, now) {
            let event = match received {
                Some((_, answer)) => event.caused_by(answer).correlated(order),
                None => event,
            };
            said.push((order, event));
        }
    }
    let sent = said.iter().map(|(order, event)| (*order, event.envelope()));
    let told: Vec<Told<'_>> = received.into_iter().chain(sent).collect();
    let changed: Vec<_> = advances.iter().map(|advance| &advance.checkout).collect();
    checkouts::checkouts_update(conn, &changed, &told).await?;
    let events: Vec<_> = said.into_iter().map(|(_, event)| event).collect();
    outbox::record_all(&events, conn).await
}
