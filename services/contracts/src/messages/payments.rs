//! What payments says.

use kernel::{Money, OrderId, PaymentId, ReturnId, Timestamp, UserId};

use crate::api::payments::DeclineReason;
use crate::envelope::message;

message! {
    /// The provider holds the amount for us.
    PaymentAuthorized = "payment.authorized.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        amount: Money,
        /// The provider lets go of it by itself then.
        #[serde(default)]
        #[schemars(with = "Option<crate::schema::Moment>")]
        capture_before: Option<Timestamp>,
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

message! {
    /// A part of what was captured has been given back.
    PartRefunded = "payment.part-refunded.v1" from Payments about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        payment_id: PaymentId,
        amount: Money,
    }
}

message! {
    /// It can't be given back for good: the bank has taken it, or nothing is left. No money has moved.
    PartRefundFailed = "payment.part-refund-failed.v1" from Payments about order_id {
        order_id: OrderId,
        return_id: ReturnId,
        payment_id: PaymentId,
        reason: DeclineReason,
    }
}

message! {
    /// The customer's bank has taken the money back from us.
    ChargebackReceived = "payment.chargeback-received.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        customer_id: UserId,
        amount: Money,
    }
}

message! {
    /// The electronic invoice of a captured payment; numbers have no gaps.
    InvoiceIssued = "invoice.issued.v1" from Payments about order_id {
        order_id: OrderId,
        payment_id: PaymentId,
        customer_id: UserId,
        invoice_number: String,
        amount: Money,
        #[schemars(with = "crate::schema::Moment")]
        issued_at: Timestamp,
    }
}
