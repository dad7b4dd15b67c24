//! What catalog says.

use kernel::{Money, ProductId, Sku, UserId};

use crate::envelope::message;

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
