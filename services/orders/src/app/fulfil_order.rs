//! The goods leave, arrive, or are to go elsewhere.

use contracts::messages::orders::{OrderCompleted, OrderShipped};
use diesel_async::AsyncConnection;
use kernel::{OrderId, Timestamp, UserId};
use platform::etag::IfMatch;
use platform::outbox::Event;
use platform::{Connection, StoreError};

use super::{App, By, messages};
use crate::domain::action::{Action, Actor, Kind};
use crate::domain::address::Destination;
use crate::domain::checkout::Checkout;
use crate::domain::fulfilment::{FulfilmentError, Shipment};
use crate::store::{checkouts, fulfilments};

#[derive(Debug, thiserror::Error)]
pub enum FulfilOrderError {
    #[error("there is no such order for this person")]
    NoOrder,
    #[error("the order has changed since it was seen")]
    Stale,
    #[error(transparent)]
    Fulfilment(#[from] FulfilmentError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for FulfilOrderError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    /// In the caller's transaction.
    pub async fn ship_order(
        &self,
        conn: &mut Connection,
        order: OrderId,
        operator: UserId,
        shipment: impl FnOnce(Timestamp) -> Shipment,
    ) -> Result<Checkout, FulfilOrderError> {
        let now = self.clock.now();
        let shipped = locked(conn, order, By::Staff(operator)).await?.ship(shipment(now))?;
        let (order_id, customer_id) = (order, shipped.order.customer_id);
        let event = Event::new(&OrderShipped { order_id, customer_id }, now);
        let action = Action::new(Actor::User(operator), Kind::OrderShipped);
        said(conn, &shipped, &action, event).await?;
        Ok(shipped)
    }

    /// In the caller's transaction.
    pub async fn deliver_order(
        &self,
        conn: &mut Connection,
        order: OrderId,
        operator: UserId,
    ) -> Result<Checkout, FulfilOrderError> {
        let now = self.clock.now();
        let delivered = locked(conn, order, By::Staff(operator)).await?.deliver(now)?;
        let (order_id, customer_id) = (order, delivered.order.customer_id);
        let event = Event::new(&OrderCompleted { order_id, customer_id }, now);
        let action = Action::new(Actor::User(operator), Kind::OrderDelivered);
        said(conn, &delivered, &action, event).await?;
        Ok(delivered)
    }

    /// The timeline tells that it changed, not to what.
    pub async fn change_address(
        &self,
        (order, by): (OrderId, By),
        seen: &IfMatch,
        destination: &Destination,
    ) -> Result<Checkout, FulfilOrderError> {
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| {
            let checkout = locked(conn, order, by).await?;
            // Before the tag: who comes too late is to hear that, not to look again.
            let redirected = checkout.redirect()?;
            if !seen.allows(checkout.revision()) {
                return Err(FulfilOrderError::Stale);
            }
            let action = Action::new(Actor::User(by.user()), Kind::AddressChanged);
            let told = messages::action(order, &action, self.clock.now());
            fulfilments::fulfilment_update(conn, &redirected, Some(destination), &[(order, &told)]).await?;
            Ok(redirected)
        })
        .await
    }
}

/// The same lock that a cancellation takes: the goods leave, or the money goes back.
async fn locked(conn: &mut Connection, order: OrderId, by: By) -> Result<Checkout, FulfilOrderError> {
    let found = checkouts::find_checkout_locked(conn, order).await?;
    let theirs =
        found.filter(|checkout| by.customer().is_none_or(|customer| checkout.order.customer_id == customer));
    theirs.ok_or(FulfilOrderError::NoOrder)
}

async fn said(
    conn: &mut Connection,
    checkout: &Checkout,
    action: &Action,
    event: Event,
) -> diesel::QueryResult<()> {
    let order = checkout.order.id;
    let event = event.correlated(order).version(checkout.revision());
    let action = messages::action(order, action, event.envelope().time);
    let told = [(order, &action), (order, event.envelope())];
    fulfilments::fulfilment_update(conn, checkout, None, &told).await?;
    event.record(conn).await
}
