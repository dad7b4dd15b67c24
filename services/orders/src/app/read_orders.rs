//! Customers look at their orders, and the support team at everybody's.

use contracts::api::orders::{Address, OrderEventView};
use kernel::{EventId, OrderId, UserId};
use platform::StoreError;

use super::{App, By};
use crate::domain::checkout::Checkout;
use crate::domain::timeline::for_customers;
use crate::store::order_events::{Part, order_events_list};
use crate::store::{checkouts, fulfilments};

impl App {
    /// With where it is sent.
    pub async fn find_order(
        &self,
        order: OrderId,
        by: By,
    ) -> Result<Option<(Checkout, Option<Address>)>, StoreError> {
        let mut conn = self.database.connect().await?;
        match checkouts::find_checkout(&mut conn, order, by.customer()).await? {
            Some(checkout) => Ok(Some((checkout, fulfilments::find_address(&mut conn, order).await?))),
            None => Ok(None),
        }
    }

    /// Newest first, older than `after`.
    pub async fn list_orders(
        &self,
        customer: UserId,
        after: Option<OrderId>,
        limit: i64,
    ) -> Result<Vec<Checkout>, StoreError> {
        let mut conn = self.database.read().await?;
        Ok(checkouts::checkouts_list(&mut conn, customer, after, limit).await?)
    }

    /// Everything that was said about and done to the order, oldest first; `None` where it is not theirs.
    pub async fn list_events(
        &self,
        order: OrderId,
        by: By,
        after: Option<EventId>,
        limit: i64,
    ) -> Result<Option<Vec<OrderEventView>>, StoreError> {
        let mut conn = self.database.read().await?;
        if checkouts::find_checkout(&mut conn, order, by.customer()).await?.is_none() {
            return Ok(None);
        }
        let events = order_events_list(&mut conn, order, Part::After(after), limit).await?;
        Ok(Some(match by {
            By::Staff(_) => events,
            By::Customer(_) => events.into_iter().map(for_customers).collect(),
        }))
    }
}
