//! `/api/v1/orders/{order}/returns` and `/api/v1/returns`.

use kernel::{Money, OrderId, Quantity, ReturnId, Sku, Timestamp};
use serde::{Deserialize, Serialize};

use super::orders::ReturnEndReason;

/// `POST /api/v1/orders/{order}/returns`, with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReturnRequest {
    pub lines: Vec<ReturnLine>,
    /// In the customer's words; 1 to 500 characters.
    pub reason: String,
}

/// Pieces that come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnLine {
    pub sku: Sku,
    pub quantity: Quantity,
}

/// `POST /api/v1/returns/{id}/refusals`: why, 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// The support team has to decide.
    Requested,
    /// Approved; the customer has to send the goods.
    AwaitingGoods,
    /// The goods are here; the money goes back.
    Refunding,
    /// The money is back; the pieces go onto the shelf.
    Restocking,
    Completed,
    /// Nothing came of it.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReturnView {
    pub id: ReturnId,
    pub order_id: OrderId,
    pub status: ReturnStatus,
    /// Why nothing came of it.
    pub end_reason: Option<ReturnEndReason>,
    pub lines: Vec<ReturnLine>,
    pub reason: String,
    /// What is given back.
    pub amount: Money,
    pub requested_at: Timestamp,
    /// Until when the goods have to be here, while they are awaited.
    pub goods_until: Option<Timestamp>,
}
