//! What the order hears of its payment.

use contracts::messages::payments::{
    ChargebackReceived, InvoiceIssued, PartRefundFailed, PartRefunded, PaymentAuthorized,
    PaymentCaptureFailed, PaymentFailed, PaymentRefunded, PaymentSucceeded, PaymentVoided,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Authorized(PaymentAuthorized),
    Failed(PaymentFailed),
    Voided(PaymentVoided),
    Succeeded(PaymentSucceeded),
    CaptureFailed(PaymentCaptureFailed),
    Refunded(PaymentRefunded),
    PartRefunded(PartRefunded),
    PartRefundFailed(PartRefundFailed),
    ChargedBack(ChargebackReceived),
    Invoiced(InvoiceIssued),
}
