//! Checkout: a cart becomes an order, and its saga begins.

use contracts::api::orders::CartChange;
use kernel::{CartId, Money, OrderId, UserId};
use platform::{Connection, StoreError, outbox};

use super::{App, messages};
use crate::domain::address::Destination;
use crate::domain::cart::{Cart, CartError};
use crate::domain::checkout::Checkout;
use crate::domain::order::Order;
use crate::domain::shopper::Shopper;
use crate::store::{carts, checkouts};

/// What the shopper means to order.
#[derive(Clone)]
pub struct Purchase {
    pub cart: CartId,
    pub customer: UserId,
    pub expected_total: Option<Money>,
    /// Also what is known to be short: inventory decides.
    pub even_if_short: bool,
    pub destination: Option<Destination>,
}

#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    #[error("there is no such cart of this customer")]
    NoCart,
    #[error("the cart is not as the shopper saw it")]
    Changed(Vec<CartChange>),
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for PlaceOrderError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl App {
    /// In the caller's transaction, which an error ends; in four statements: freeze, read, insert, outbox.
    pub async fn place_order(
        &self,
        conn: &mut Connection,
        purchase: &Purchase,
    ) -> Result<Checkout, PlaceOrderError> {
        let moment = self.moment();
        let (id, Purchase { cart, customer, destination, .. }) = (OrderId::new(), purchase);
        if !carts::cart_freeze(conn, *cart, *customer, id).await? {
            let found = carts::find_cart(conn, *cart).await?;
            let mine = found.is_some_and(|row| row.belongs_to(&Shopper::Customer(*customer)));
            return Err(if mine { CartError::Frozen.into() } else { PlaceOrderError::NoCart });
        }
        // A statement of its own: the one that waited for the cart's lock can't see what was added meanwhile.
        let lines = carts::cart_lines(conn, *cart).await?;
        let order = purchase.order(Cart { id: *cart, version: 0, frozen: true, lines }, id, moment.now)?;
        let order = Order { region: self.regions.of(destination.as_ref()), ..order };

        let begun = Checkout::begin(order, moment);
        let events = messages::messages(&begun, moment.now);
        let told: Vec<_> = events.iter().map(|(order, event)| (*order, event.envelope())).collect();
        checkouts::checkout_insert(conn, &begun.checkout, *cart, destination.as_ref(), &told).await?;
        let events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        outbox::record_all(&events, conn).await?;
        Ok(begun.checkout)
    }
}

impl Purchase {
    /// Of the cart as its shopper saw it, or of none.
    fn order(&self, cart: Cart, id: OrderId, now: kernel::Timestamp) -> Result<Order, PlaceOrderError> {
        let accepted =
            |change: &CartChange| self.even_if_short && matches!(change, CartChange::Unavailable { .. });
        let changes: Vec<_> = cart.changes().into_iter().filter(|change| !accepted(change)).collect();
        if !changes.is_empty() {
            return Err(PlaceOrderError::Changed(changes));
        }
        let order = Order::of(cart, id, self.customer, now)?;
        match self.expected_total {
            Some(expected) if expected != order.total => Err(PlaceOrderError::Changed(vec![])),
            _ => Ok(order),
        }
    }
}
