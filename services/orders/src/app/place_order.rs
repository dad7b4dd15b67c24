//! Checkout: a cart becomes an order, and its saga begins.

use kernel::{CartId, OrderId, UserId};
use platform::{Connection, StoreError, outbox};

use super::{App, messages};
use crate::domain::cart::{Cart, CartError};
use crate::domain::checkout::Checkout;
use crate::domain::order::Order;
use crate::store::{carts, checkouts};

#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    #[error("there is no such cart of this customer")]
    NoCart,
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
    /// In the caller's transaction, in four statements: freeze, read, insert, outbox.
    pub async fn place_order(
        &self,
        conn: &mut Connection,
        cart: CartId,
        customer: UserId,
    ) -> Result<Checkout, PlaceOrderError> {
        let moment = self.moment();
        let id = OrderId::new();
        if !carts::cart_freeze(conn, cart, customer, id).await? {
            let mine = carts::find_cart(conn, cart, customer).await?.is_some();
            return Err(if mine { CartError::Frozen.into() } else { PlaceOrderError::NoCart });
        }
        // A statement of its own: the one that waited for the cart's lock can't see what was added meanwhile.
        let lines = carts::cart_lines(conn, cart).await?;
        let order = Order::of(Cart { id: cart, frozen: true, lines }, id, customer, moment.now)?;

        let begun = Checkout::begin(order, moment);
        let events = messages::messages(&begun, moment.now);
        let told: Vec<_> = events.iter().map(|(order, event)| (*order, event.envelope())).collect();
        checkouts::checkout_insert(conn, &begun.checkout, cart, &told).await?;
        let events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
        outbox::record_all(&events, conn).await?;
        Ok(begun.checkout)
    }
}
