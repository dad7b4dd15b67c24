//! `/api/v1/stock/{sku}`.

use kernel::Sku;
use serde::{Deserialize, Serialize};

/// `PUT /api/v1/stock/{sku}`: what the shelf holds now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockLevel {
    pub on_hand: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StockView {
    pub sku: Sku,
    pub on_hand: i64,
    pub reserved: i64,
    pub available: i64,
}
