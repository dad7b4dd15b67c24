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

/// `PATCH /api/v1/products/{id}`, with `If-Match`; what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ProductChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// `false` withdraws it from sale, `true` brings it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_sale: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductView {
    pub id: ProductId,
    /// Its `ETag`; grows with each change.
    pub version: i64,
    pub sku: Sku,
    pub name: String,
    pub description: String,
    pub price: Money,
    pub seller_id: UserId,
    /// Pieces that can be bought, as last heard from inventory.
    pub available: i64,
    /// Withdrawn products are not listed.
    pub on_sale: bool,
}
