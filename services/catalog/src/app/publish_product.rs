//! A seller puts a product on sale.

use contracts::api::catalog::NewProduct;
use contracts::messages::catalog::ProductPublished;
use diesel_async::AsyncConnection;
use kernel::{Clock, Sku, UserId};
use platform::outbox::Event;
use platform::{Database, StoreError};

use crate::domain::{InvalidField, Product};
use crate::store::products;

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("the product is not as it must be")]
    Invalid(Vec<InvalidField>),
    #[error("{0} is another product's SKU")]
    SkuTaken(Sku),
    #[error("could not store the product")]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for PublishError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Stores the product and says so, both or neither.
pub async fn publish_product(
    database: &Database,
    clock: &Clock,
    seller: UserId,
    new: NewProduct,
) -> Result<Product, PublishError> {
    let product = Product::publish(new, seller, clock.now()).map_err(PublishError::Invalid)?;
    let event = Event::new(&published(&product), product.published_at).version(product.version);
    let mut conn = database.connect().await?;
    conn.transaction(async |conn| {
        if !products::product_insert(&product, conn).await? {
            return Err(PublishError::SkuTaken(product.sku.clone()));
        }
        event.record(conn).await?;
        Ok(())
    })
    .await?;
    Ok(product)
}

pub fn published(product: &Product) -> ProductPublished {
    ProductPublished {
        product_id: product.id,
        sku: product.sku.clone(),
        seller_id: product.seller_id,
        name: product.name.clone(),
        price: product.price,
    }
}
