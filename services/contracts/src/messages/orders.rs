//! What orders says, to everyone and to the participants of its saga.

use kernel::{Money, OrderId, Quantity, Sku, UserId};
use serde::{Deserialize, Serialize};

use crate::api::orders::EndReason;
use crate::envelope::message;

/// A line of an order, with the price that was frozen at checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub sku: Sku,
    pub quantity: Quantity,
    pub unit_price: Money,
}

/// What to take from the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLine {
    pub sku: Sku,
    pub quantity: Quantity,
}

message! {
    OrderCreated = "order.created.v1" from Orders about order_id {
        order_id: OrderId,
        customer_id: UserId,
        lines: Vec<OrderLine>,
        total: Money,
    }
}

message! {
    /// Paid and taken from the shelf.
    OrderConfirmed = "order.confirmed.v1" from Orders about order_id { order_id: OrderId, total: Money }
}

message! {
    /// The shop could not sell it; everything is undone.
    OrderRejected = "order.rejected.v1" from Orders about order_id { order_id: OrderId, reason: EndReason }
}

message! {
    /// The customer changed their mind; everything is undone.
    OrderCancelled = "order.cancelled.v1" from Orders about order_id { order_id: OrderId, reason: EndReason }
}

message! {
    /// Answered by StockReserved or StockRejected.
    ReserveStock = "stock.reserve.v1" from Orders about order_id { order_id: OrderId, lines: Vec<StockLine> }
}

message! {
    /// Answered by StockReleased, always. A ReserveStock that comes after it is refused.
    ReleaseStock = "stock.release.v1" from Orders about order_id { order_id: OrderId }
}

message! {
    /// Answered by StockCommitted or StockCommitFailed.
    CommitStock = "stock.commit.v1" from Orders about order_id { order_id: OrderId }
}

message! {
    /// Answered by StockRestocked.
    RestockItems = "stock.restock.v1" from Orders about order_id { order_id: OrderId }
}

message! {
    /// Answered by PaymentAuthorized or PaymentFailed, once the shopper has submitted a means of payment.
    AuthorizePayment = "payment.authorize.v1" from Orders about order_id {
        order_id: OrderId,
        customer_id: UserId,
        amount: Money,
    }
}

message! {
    /// Answered by PaymentVoided, always before capture. An AuthorizePayment that comes after it is refused.
    VoidPayment = "payment.void.v1" from Orders about order_id { order_id: OrderId }
}

message! {
    /// Answered by PaymentSucceeded or PaymentCaptureFailed.
    CapturePayment = "payment.capture.v1" from Orders about order_id { order_id: OrderId }
}

message! {
    /// Answered by PaymentRefunded.
    RefundPayment = "payment.refund.v1" from Orders about order_id { order_id: OrderId }
}
