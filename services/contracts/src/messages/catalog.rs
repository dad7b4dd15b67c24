//! What catalog says.

use kernel::{Money, ProductId, Sku, UserId};

use crate::envelope::message;

message! {
    /// The price of a product has changed; `aggregateversion` orders it among what else is said of the SKU.
    ProductPriceChanged = "product.price-changed.v1" from Catalog about sku { sku: Sku, price: Money }
}

message! {
    /// A product can be bought, at this price.
    ProductPublished = "product.published.v1" from Catalog about sku {
        product_id: ProductId,
        sku: Sku,
        seller_id: UserId,
        name: String,
        price: Money,
    }
}

message! {
    /// The product can't be bought any more, until it is published again with a later version.
    ProductWithdrawn = "product.withdrawn.v1" from Catalog about sku { sku: Sku }
}
