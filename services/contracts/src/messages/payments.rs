//! What payments says.

use kernel::{Money, OrderId, PaymentId};

use crate::api::payments::DeclineReason;
use crate::envelope::message;

message! {
    /// The provider holds the amount for us.
    PaymentAuthorized = "payment.authorized.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        amount: Money,
    }
}

message! {
    /// The provider has said no; nothing is held.
    PaymentFailed = "payment.failed.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        reason: DeclineReason,
    }
}

message! {
    /// Nothing is held (any more); also the answer where nothing ever was.
    PaymentVoided = "payment.voided.v1" from Payments about order_id { order_id: OrderId }
}

message! {
    /// The amount is captured: the pivot of the saga.
    PaymentSucceeded = "payment.succeeded.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        amount: Money,
    }
}

message! {
    /// The provider refused the capture for good; nothing is charged.
    PaymentCaptureFailed = "payment.capture-failed.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        reason: DeclineReason,
    }
}

message! {
    /// What was captured has been given back.
    PaymentRefunded = "payment.refunded.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        amount: Money,
    }
}
