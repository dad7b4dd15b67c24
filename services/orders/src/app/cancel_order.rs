//! A customer changes their mind.

use kernel::{OrderId, UserId};
use platform::{Connection, StoreError};

use super::advance::save;
use super::{App, messages};
use crate::domain::action::{Action, Actor, Kind};
use crate::domain::checkout::Checkout;
use crate::domain::fulfilment::FulfilmentError;
use crate::domain::saga::{Event, IllegalTransition};
use crate::store::checkouts;
use crate::store::order_events::order_event_insert;

#[derive(Debug, thiserror::Error)]
pub enum CancelOrderError {
    #[error("there is no such order of this customer")]
    NoOrder,
    #[error("too late to cancel")]
    NotCancellable(#[from] IllegalTransition),
    #[error("the goods are on their way")]
    Shipped(#[from] FulfilmentError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for CancelOrderError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    /// In the caller's transaction; the order as it is from then on.
    pub async fn cancel_order(
        &self,
        conn: &mut Connection,
        order: OrderId,
        customer: UserId,
    ) -> Result<Checkout, CancelOrderError> {
        let found = checkouts::find_checkout_locked(conn, order).await?;
        let mine = found.filter(|checkout| checkout.order.customer_id == customer);
        let checkout = mine.ok_or(CancelOrderError::NoOrder)?;
        checkout.still_here()?;
        let moment = self.moment();
        let Some(advance) = checkout.advance(&Event::CancelRequested, moment)? else {
            // It is being cancelled already.
            return Ok(checkout);
        };
        let action = Action::new(Actor::User(customer), Kind::OrderCancelled);
        order_event_insert(conn, (order, &messages::action(order, &action, moment.now))).await?;
        save(conn, std::slice::from_ref(&advance), None, moment.now).await?;
        Ok(advance.checkout)
    }
}
