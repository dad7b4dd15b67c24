//! What the order hears of its payment.

use contracts::messages::payments::{
    PaymentAuthorized, PaymentCaptureFailed, PaymentFailed, PaymentRefunded, PaymentSucceeded, PaymentVoided,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Authorized(PaymentAuthorized),
    Failed(PaymentFailed),
    Voided(PaymentVoided),
    Succeeded(PaymentSucceeded),
    CaptureFailed(PaymentCaptureFailed),
    Refunded(PaymentRefunded),
}
