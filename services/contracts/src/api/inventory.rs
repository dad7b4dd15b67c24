//! `/api/v1/stock`: what sellers have on their shelves, and how it came to be so.

use kernel::{OrderId, Region, ReturnId, Sku, Timestamp};
use serde::{Deserialize, Serialize};

/// `PUT /api/v1/stock/{sku}`: what was counted on the shelf of one region.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockLevel {
    pub on_hand: i64,
    /// Without: the region `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// `POST /api/v1/stock/{sku}/adjustments`, with an `Idempotency-Key`: more or fewer pieces than before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockAdjustment {
    /// Without: the region `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    pub delta: i64,
    pub reason: AdjustmentReason,
    /// Up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Why a level changed other than by an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentReason {
    Received,
    Counted,
    Damaged,
    Lost,
    /// Outside of an order's own returns.
    Returned,
    Correction,
}

/// `PUT /api/v1/stock/{sku}/threshold`: fewer available pieces than this are low stock; 0: never.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StockThreshold {
    pub threshold: i64,
}

/// The level of one SKU, over all regions and in each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StockView {
    pub sku: Sku,
    pub on_hand: i64,
    pub reserved: i64,
    pub available: i64,
    #[serde(default)]
    pub threshold: i64,
    /// Fewer are available than the threshold says.
    #[serde(default)]
    pub low: bool,
    #[serde(default)]
    pub regions: Vec<RegionStock>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionStock {
    pub region: Region,
    pub on_hand: i64,
    pub reserved: i64,
    pub available: i64,
}

/// A row of the ledger; `GET /api/v1/stock/{sku}/movements` has them newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovementView {
    /// Also the `after` of what came before it.
    pub id: String,
    pub at: Timestamp,
    pub region: Region,
    pub kind: MovementKind,
    /// What it did to the pieces on hand, and to those of them that are promised.
    pub on_hand: i64,
    pub reserved: i64,
    /// Of an adjustment: why, in whose words, and who did it.
    pub reason: Option<AdjustmentReason>,
    pub note: Option<String>,
    pub actor: Option<String>,
    /// Of all others: for which order.
    pub order_id: Option<OrderId>,
    pub return_id: Option<ReturnId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    Adjusted,
    Reserved,
    Released,
    Expired,
    Committed,
    Restocked,
    Returned,
}
