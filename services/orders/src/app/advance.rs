//! An answer of a participant moves a saga on: the order's, or that of one of its returns.

use contracts::Envelope;
use kernel::{OrderId, ReturnId, Timestamp};
use platform::Connection;
use platform::consumer::HandleError;
use platform::outbox::{self, Event as Said};
use serde_json::Value;

use super::{App, messages};
use crate::domain::checkout::Advance;
use crate::domain::returns;
use crate::domain::saga::Event;
use crate::metrics;
use crate::store::checkouts;
use crate::store::order_events::{Told, order_event_insert};
use crate::store::returns::{find_return_locked, returns_update};

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

    /// The same, for a return.
    pub async fn advance_return(
        &self,
        conn: &mut Connection,
        id: ReturnId,
        event: &returns::Event,
        answer: &Envelope<Value>,
    ) -> Result<(), HandleError> {
        let found = find_return_locked(conn, id).await?;
        let item = found.ok_or_else(|| HandleError::Impossible(format!("there is no return {id}")))?;
        let moment = self.moment();
        let advance = item
            .advance(event, moment)
            .map_err(|illegal| HandleError::Impossible(format!("return {id}: {illegal}")))?;
        save_returns(conn, advance.as_slice(), Some((item.order_id, answer)), moment.now).await?;
        Ok(())
    }

    /// The customer's bank has taken the money back. The order stays what it is: what to do is for people to decide.
    pub async fn record_chargeback(
        &self,
        conn: &mut Connection,
        order: OrderId,
        news: &Envelope<Value>,
    ) -> Result<(), HandleError> {
        if checkouts::find_checkout_locked(conn, order).await?.is_none() {
            return Err(HandleError::Impossible(format!("there is no order {order}")));
        }
        checkouts::order_charge_back(conn, order, self.clock.now()).await?;
        order_event_insert(conn, (order, news)).await?;
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
    let said: Vec<_> = advances.iter().flat_map(|advance| messages::messages(advance, now)).collect();
    let said = in_story(received, said);
    let changed: Vec<_> = advances.iter().map(|advance| &advance.checkout).collect();
    checkouts::checkouts_update(conn, &changed, &told(received, &said)).await?;
    publish(conn, said).await?;
    // Counted again where the transaction is rolled back and repeated: seldom, and only in the metric.
    changed.iter().for_each(|checkout| metrics::ended(checkout));
    Ok(())
}

/// The same, for returns.
pub async fn save_returns(
    conn: &mut Connection,
    advances: &[returns::Advance],
    received: Option<Told<'_>>,
    now: Timestamp,
) -> diesel::QueryResult<()> {
    let said: Vec<_> =
        advances.iter().filter_map(|advance| messages::message_of_return(advance, now)).collect();
    let said = in_story(received, said);
    let changed: Vec<_> = advances.iter().map(|advance| &advance.item).collect();
    returns_update(conn, &changed, &told(received, &said)).await?;
    publish(conn, said).await
}

fn in_story(received: Option<Told<'_>>, said: Vec<(OrderId, Said)>) -> Vec<(OrderId, Said)> {
    let Some((_, answer)) = received else { return said };
    said.into_iter().map(|(order, event)| (order, event.caused_by(answer).correlated(order))).collect()
}

fn told<'a>(received: Option<Told<'a>>, said: &'a [(OrderId, Said)]) -> Vec<Told<'a>> {
    received.into_iter().chain(said.iter().map(|(order, event)| (*order, event.envelope()))).collect()
}

async fn publish(conn: &mut Connection, said: Vec<(OrderId, Said)>) -> diesel::QueryResult<()> {
    let events: Vec<_> = said.into_iter().map(|(_, event)| event).collect();
    outbox::record_all(&events, conn).await
}
