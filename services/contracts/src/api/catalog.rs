//! `/api/v1/products`.

use kernel::{Money, ProductId, Sku, UserId};
use serde::{Deserialize, Serialize};

/// `POST /api/v1/products`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewProduct {
    pub sku: Sku,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub price: Money,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductView {
    pub id: ProductId,
    pub sku: Sku,
    pub name: String,
    pub description: String,
    pub price: Money,
    pub seller_id: UserId,
    /// Pieces that can be bought, as last heard from inventory.
    pub available: i64,
}
