//! What catalog says and receives.

use kernel::{Money, ProductId, Sku, UserId};

use super::inventory::StockLevelChanged;
use crate::envelope::{inbound, message};

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

inbound! {
    /// Availability, shown beside the product.
    Inbound { StockLevelChanged }
}
