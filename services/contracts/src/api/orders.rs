//! `/api/v1/carts` and `/api/v1/orders`.

use kernel::{CartId, EventId, Money, OrderId, Quantity, Sku, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::payments::DeclineReason;

/// `PUT /api/v1/carts/{id}/items/{sku}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CartItem {
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CartView {
    pub id: CartId,
    pub lines: Vec<LineView>,
    /// `None` while the cart is empty.
    pub total: Option<Money>,
    /// It has become an order and can't be changed.
    pub frozen: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineView {
    pub sku: Sku,
    pub name: String,
    pub quantity: Quantity,
    pub unit_price: Money,
    pub total: Money,
}

/// `POST /api/v1/orders`, with an `Idempotency-Key`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkout {
    pub cart_id: CartId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Stock is being reserved.
    Pending,
    /// Reserved; waits for the shopper's means of payment and the provider's answer.
    AwaitingPayment,
    /// Authorised; the cancellation window or the capture is under way.
    Authorized,
    Confirmed,
    /// On its way to the customer.
    Fulfilling,
    /// Delivered.
    Completed,
    /// Every piece came back, and the money with it.
    Returned,
    /// Is being undone; becomes rejected or cancelled.
    Unwinding,
    Rejected,
    Cancelled,
}

impl OrderStatus {
    /// The checkout is over: nothing more happens by itself.
    pub fn is_final(self) -> bool {
        match self {
            Self::Confirmed
            | Self::Fulfilling
            | Self::Completed
            | Self::Returned
            | Self::Rejected
            | Self::Cancelled => true,
            Self::Pending | Self::AwaitingPayment | Self::Authorized | Self::Unwinding => false,
        }
    }
}

/// A line that can't be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shortage {
    pub sku: Sku,
    pub wanted: Quantity,
    pub available: i64,
}

/// Why an order was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum EndReason {
    OutOfStock {
        shortages: Vec<Shortage>,
    },
    PaymentDeclined {
        reason: DeclineReason,
    },
    PaymentTimedOut,
    ReservationExpired,
    CaptureFailed {
        reason: DeclineReason,
    },
    CustomerCancelled,
    /// By the shop, by hand: it could not be led to its end.
    Abandoned,
}

/// Why nothing came of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ReturnEndReason {
    /// By the support team.
    Refused { note: String },
    /// By the customer, before the goods arrived.
    Withdrawn,
    /// The goods never came.
    GoodsNeverCame,
    /// The money can't be given back: the goods go to the customer again.
    RefundFailed { reason: DeclineReason },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    pub id: OrderId,
    pub status: OrderStatus,
    /// Why it was rejected or cancelled.
    pub reason: Option<EndReason>,
    pub lines: Vec<LineView>,
    pub total: Money,
    pub created_at: Timestamp,
    /// When the cancellation window closes, while it is open.
    pub cancellable_until: Option<Timestamp>,
    /// The customer's bank has taken the money back from us.
    #[serde(default)]
    pub charged_back: bool,
}

/// `GET /api/v1/orders/{id}/events`, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderEventView {
    pub id: EventId,
    #[serde(rename = "type")]
    pub kind: String,
    pub source: String,
    pub time: Timestamp,
    pub class: EventClass,
    /// Of commands: 1, or how often it had been sent by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<i64>,
    pub data: serde_json::Value,
}

/// What a line of the timeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventClass {
    /// Something has happened.
    Event,
    /// Orders asks a participant to go a step.
    Command,
    /// Orders asks a participant to undo one.
    Compensation,
    /// A person has taken a hand in it.
    Action,
}
