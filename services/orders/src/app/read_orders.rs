//! Customers look at their orders.

use contracts::api::orders::OrderEventView;
use kernel::{EventId, OrderId, UserId};
use platform::StoreError;

use super::App;
use crate::domain::checkout::Checkout;
use crate::store::{checkouts, order_events};

impl App {
    pub async fn find_order(&self, order: OrderId, customer: UserId) -> Result<Option<Checkout>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(checkouts::find_checkout(&mut conn, order, customer).await?)
    }

    /// Newest first, older than `after`.
    pub async fn list_orders(
        &self,
        customer: UserId,
        after: Option<OrderId>,
        limit: i64,
    ) -> Result<Vec<Checkout>, StoreError> {
        let mut conn = self.database.connect().await?;
        Ok(checkouts::checkouts_list(&mut conn, customer, after, limit).await?)
    }

    /// Everything that was said about the order, oldest first; `None` where it is not the customer's.
    pub async fn list_events(
        &self,
        order: OrderId,
        customer: UserId,
        after: Option<EventId>,
        limit: i64,
    ) -> Result<Option<Vec<OrderEventView>>, StoreError> {
        let mut conn = self.database.connect().await?;
        if checkouts::find_checkout(&mut conn, order, customer).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(order_events::order_events_list(&mut conn, order, after, limit).await?))
    }
}
