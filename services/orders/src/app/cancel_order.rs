//! A customer changes their mind.

use kernel::{OrderId, UserId};
use platform::{Connection, StoreError};

use super::App;
use crate::domain::checkout::Checkout;
use crate::domain::saga::{Event, IllegalTransition};
use crate::store::checkouts;

#[derive(Debug, thiserror::Error)]
pub enum CancelOrderError {
    #[error("there is no such order of this customer")]
    NoOrder,
    #[error("too late to cancel")]
    NotCancellable(#[from] IllegalTransition),
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
        let moment = self.moment();
        match checkout.advance(&Event::CancelRequested, moment)? {
            // It is being cancelled already.
            None => Ok(checkout),
            Some(advance) => {
                super::advance::save(conn, std::slice::from_ref(&advance), None, moment.now).await?;
                Ok(advance.checkout)
            }
        }
    }
}
