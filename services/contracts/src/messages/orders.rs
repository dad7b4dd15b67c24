//! What orders says, to everyone and to the participants of its saga.

use kernel::{Money, OrderId, Quantity, Region, ReturnId, Sku, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::orders::{EndReason, ReturnEndReason};
use crate::envelope::message;

/// A line of an order, with the price that was frozen at checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderLine {
    pub sku: Sku,
    pub quantity: Quantity,
    pub unit_price: Money,
}

/// What to take from the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    OrderConfirmed = "order.confirmed.v1" from Orders about order_id {
        order_id: OrderId,
        customer_id: UserId,
        total: Money,
    }
}

message! {
    /// The shop could not sell it; everything is undone.
    OrderRejected = "order.rejected.v1" from Orders about order_id {
        order_id: OrderId,
        customer_id: UserId,
        reason: EndReason,
    }
}

message! {
    /// The customer changed their mind; everything is undone.
    OrderCancelled = "order.cancelled.v1" from Orders about order_id {
        order_id: OrderId,
        customer_id: UserId,
        reason: EndReason,
    }
}

message! {
    /// On its way to the customer: its address is settled, and what is not wanted comes back as a return.
    OrderShipped = "order.shipped.v1" from Orders about order_id { order_id: OrderId, customer_id: UserId }
}

message! {
    /// Delivered.
    OrderCompleted = "order.completed.v1" from Orders about order_id { order_id: OrderId, customer_id: UserId }
}

message! {
    /// The customer wants to send these pieces back.
    ReturnRequested = "return.requested.v1" from Orders about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        customer_id: UserId,
        lines: Vec<StockLine>,
        /// What will be given back for them.
        amount: Money,
    }
}

message! {
    /// The shop waits for the goods.
    ReturnApproved = "return.approved.v1" from Orders about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        customer_id: UserId,
    }
}

message! {
    /// The return came to nothing: no money and no stock has moved.
    ReturnClosed = "return.closed.v1" from Orders about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        customer_id: UserId,
        reason: ReturnEndReason,
    }
}

message! {
    /// The money is back with the customer and the pieces are on the shelf.
    ReturnCompleted = "return.completed.v1" from Orders about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        customer_id: UserId,
        amount: Money,
    }
}

message! {
    /// Answered by StockReserved or StockRejected.
    ReserveStock = "stock.reserve.v1" from Orders about order_id {
        order_id: OrderId,
        lines: Vec<StockLine>,
        /// From where it is best sent; other regions help out.
        #[serde(default)]
        region: Option<Region>,
        /// Until when the order may need it; without: as long as inventory holds by default.
        #[serde(default)]
        #[schemars(with = "Option<crate::schema::Moment>")]
        hold_until: Option<Timestamp>,
    }
}

message! {
    /// Answered by StockReserved with the new end, or by StockReleased where nothing is held any more.
    RenewReservation = "stock.renew.v1" from Orders about order_id {
        order_id: OrderId,
        #[schemars(with = "crate::schema::Moment")]
        hold_until: Timestamp,
    }
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
    /// Some of what was committed has come back. Answered by StockReturned; once per `return_id`.
    ReturnItems = "stock.return.v1" from Orders about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        lines: Vec<StockLine>,
    }
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

message! {
    /// Gives a part of what was captured back. Answered by PartRefunded or PartRefundFailed; once per `return_id`.
    RefundPart = "payment.refund-part.v1" from Orders about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        amount: Money,
    }
}
