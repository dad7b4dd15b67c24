//! A seller changes what they sell: texts, price, and whether it is sold at all.

use contracts::api::catalog::{ProductChange, ProductView};
use contracts::messages::catalog::{ProductPriceChanged, ProductWithdrawn};
use diesel_async::AsyncConnection;
use kernel::{Clock, ProductId, Timestamp, UserId};
use platform::etag::IfMatch;
use platform::outbox::{Event, record_all};
use platform::{Database, StoreError};

use super::publish_product::published;
use crate::domain::{InvalidField, Product};
use crate::store::products;

#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("this seller has no such product")]
    NoProduct,
    #[error("it has changed since the seller saw it")]
    Stale,
    #[error("the product is not as it must be")]
    Invalid(Vec<InvalidField>),
    #[error("could not store the product")]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ChangeError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Stores the change and says so, both or neither.
pub async fn change_product(
    database: &Database,
    clock: &Clock,
    (id, seller): (ProductId, UserId),
    seen: &IfMatch,
    change: ProductChange,
) -> Result<ProductView, ChangeError> {
    let mut conn = database.connect().await?;
    conn.transaction(async |conn| {
        let found = products::find_product_locked(id, seller, conn).await?;
        let before = found.ok_or(ChangeError::NoProduct)?;
        if !seen.allows(before.version) {
            return Err(ChangeError::Stale);
        }
        if let Some(after) = before.changed(change).map_err(ChangeError::Invalid)? {
            products::product_update(&after, conn).await?;
            record_all(&news(&before, &after, clock.now()), conn).await?;
        }
        products::find_product(id, conn).await?.ok_or(ChangeError::NoProduct)
    })
    .await
}

/// All of one version: none of them tells what another of them takes back.
fn news(before: &Product, after: &Product, now: Timestamp) -> Vec<Event> {
    let sku = after.sku.clone();
    let mut news = Vec::new();
    if after.on_sale && (after.name != before.name || !before.on_sale) {
        news.push(Event::new(&published(after), now));
    }
    if before.on_sale && !after.on_sale {
        news.push(Event::new(&ProductWithdrawn { sku: sku.clone() }, now));
    }
    if after.price != before.price {
        news.push(Event::new(&ProductPriceChanged { sku, price: after.price }, now));
    }
    news.into_iter().map(|event| event.version(after.version)).collect()
}
