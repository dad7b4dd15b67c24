//! `/api/v1/payments`.

use kernel::{Money, OrderId, PaymentId, Timestamp};
use serde::{Deserialize, Serialize};

/// What the simulated provider does with a token; the storefront offers them as test cards.
pub mod test_tokens {
    /// Authorises and captures.
    pub const APPROVED: &str = "tok_approved";
    /// Declines the authorisation.
    pub const DECLINED: &str = "tok_declined";
    /// Declines for lack of funds.
    pub const INSUFFICIENT_FUNDS: &str = "tok_insufficient_funds";
    /// Authorises, but the answer is lost: the outcome is unknown until asked for.
    pub const TIMEOUT: &str = "tok_timeout";
    /// Authorises, and answers some seconds late.
    pub const LATE: &str = "tok_late";
    /// Authorises, then refuses the capture for good.
    pub const CAPTURE_FAILS: &str = "tok_capture_fails";
}

/// `POST /api/v1/payments`, with an `Idempotency-Key`; the gateway sends it on over MQTT.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPayment {
    pub order_id: OrderId,
    /// From the provider's card form: never a card number.
    pub payment_token: String,
}

/// Why the provider said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    CardDeclined,
    InsufficientFunds,
    UnknownToken,
    CaptureRefused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Has an amount or a token, and waits for the other.
    Pending,
    Authorizing,
    Authorized,
    Failed,
    Capturing,
    Captured,
    CaptureFailed,
    Voiding,
    Voided,
    Refunding,
    Refunded,
}

/// `GET /api/v1/payments/{order_id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentView {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub status: PaymentStatus,
    pub amount: Option<Money>,
    /// Oldest first.
    pub transactions: Vec<TransactionView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    Authorization,
    Capture,
    Void,
    Refund,
}

/// One thing that the provider did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionView {
    pub kind: TransactionKind,
    pub succeeded: bool,
    pub amount: Money,
    /// The provider's own reference.
    pub reference: String,
    pub at: Timestamp,
}
