//! `/api/v1/carts` and `/api/v1/orders`.

use kernel::{CartId, EventId, Money, OrderId, Quantity, Sku, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::payments::DeclineReason;

/// With the token that `POST /api/v1/carts` gave to a guest, on every request about that cart.
pub const CART_TOKEN: &str = "cart-token";

/// `PUT /api/v1/carts/{id}/items/{sku}`, with `If-Match`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CartItem {
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CartView {
    pub id: CartId,
    /// Its `ETag`; grows with each change that a shopper or a checkout makes.
    pub version: i64,
    pub lines: Vec<CartLineView>,
    /// `None` while the cart is empty, or has come to hold two currencies.
    pub total: Option<Money>,
    /// It has become an order and can't be changed.
    pub frozen: bool,
    /// What is not as the shopper saw it: a checkout tells it too, and waits until it is dealt with.
    pub changes: Vec<CartChange>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CartLineView {
    pub sku: Sku,
    pub name: String,
    pub quantity: Quantity,
    /// Today's.
    pub unit_price: Money,
    /// What the shopper put it in for, or has accepted since.
    pub seen_price: Money,
    pub total: Money,
}

/// What has happened to a line since the shopper saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CartChange {
    /// Accepted by `POST /api/v1/carts/{id}/acknowledgements`.
    PriceChanged { sku: Sku, from: Money, to: Money },
    /// Fewer are there, as last heard; put fewer in, or insist.
    Unavailable { sku: Sku, wanted: Quantity, available: i64 },
    /// It is not sold any more; take it out.
    Withdrawn { sku: Sku },
}

/// `POST /api/v1/carts`: to a guest with the secret that opens the cart, which is not told again. Can't be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewCartView {
    #[serde(flatten)]
    pub cart: CartView,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_token: Option<String>,
}

/// `POST /api/v1/carts/{id}/acknowledgements`: prices that the shopper has seen and accepts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub prices: Vec<SeenPrice>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenPrice {
    pub sku: Sku,
    pub unit_price: Money,
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
    /// Refused when the cart is worth another amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_total: Option<Money>,
    /// Tried although fewer pieces are known to be there: what inventory answers, counts.
    #[serde(default)]
    pub even_if_short: bool,
    /// Where it is sent; none for what is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

impl Checkout {
    /// Of the cart as it is, at the prices that its shopper saw.
    pub fn of(cart_id: CartId) -> Self {
        Self { cart_id, expected_total: None, even_if_short: false, address: None }
    }
}

/// Where goods are sent; also `PUT /api/v1/orders/{id}/address`, with `If-Match`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub name: String,
    /// Street and house, one to three lines.
    pub lines: Vec<String>,
    /// Empty in countries that have none.
    #[serde(default)]
    pub postal_code: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Where people live is not for logs.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(..)")
    }
}

/// `POST /api/v1/orders/{id}/shipments`, by the support team, with an `Idempotency-Key`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewShipment {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's name of the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShipmentView {
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub shipped_at: Timestamp,
    pub delivered_at: Option<Timestamp>,
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
    /// Its `ETag`; grows with each step.
    #[serde(default)]
    pub version: i64,
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
    /// Since it was given to the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentView>,
    /// Shown by `GET /api/v1/orders/{id}` and the answer to its change alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
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
