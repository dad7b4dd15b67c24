//! `/api/v1/payments`.

use kernel::{Money, OrderId, PaymentId, PaymentMethodId, Timestamp, UserId};
use schemars::JsonSchema;
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
    /// Authorises and captures; then the customer's bank takes the money back.
    pub const CHARGEBACK: &str = "tok_chargeback";
}

/// `POST /api/v1/payments`, with an `Idempotency-Key`; the gateway sends it on over MQTT.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPayment {
    pub order_id: OrderId,
    /// From the provider's card form: never a card number.
    pub payment_token: String,
}

/// What a provider's card form gives for a card: 1 to 100 of `A-Z`, `a-z`, `0-9`, `_` and `-`; never the number itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentToken(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentTokenError {
    #[error("this looks like a card number; only a token of it may be sent")]
    CardNumber,
    #[error("a payment token is 1 to 100 of A-Z, a-z, 0-9, '_' and '-'")]
    Malformed,
}

impl PaymentToken {
    pub fn parse(text: &str) -> Result<Self, PaymentTokenError> {
        if looks_like_card_number(text) {
            return Err(PaymentTokenError::CardNumber);
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        ((1..=100).contains(&text.len()) && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
            .ok_or(PaymentTokenError::Malformed)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token buys things: it is in no log.
impl std::fmt::Debug for PaymentToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PaymentToken(..)")
    }
}

/// 12 to 19 digits, however they are grouped.
fn looks_like_card_number(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|byte| !b" -_.".contains(byte)).collect();
    (12..=19).contains(&plain.len()) && plain.iter().all(u8::is_ascii_digit)
}

/// Why the provider said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    CardDeclined,
    InsufficientFunds,
    UnknownToken,
    CaptureRefused,
    ExpiredCard,
    /// The bank wants the customer to prove who they are.
    AuthenticationRequired,
    /// The authorisation is not there any more.
    AuthorizationExpired,
    /// The customer's bank has taken the money back.
    ChargedBack,
    /// More than is left of the captured amount.
    NothingLeft,
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
    /// A part of what was captured is back with the customer.
    PartiallyRefunded,
    Refunded,
    /// The customer's bank has taken the money back, or a part of it.
    ChargedBack,
}

/// `GET /api/v1/payments/{order_id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaymentView {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub status: PaymentStatus,
    pub amount: Option<Money>,
    /// The provider lets go of what it holds by itself then.
    #[serde(default)]
    pub capture_before: Option<Timestamp>,
    /// How much is back with the customer, and how much of that by their bank.
    #[serde(default)]
    pub refunded: Option<Money>,
    #[serde(default)]
    pub charged_back: Option<Money>,
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

/// An operation whose outcome nobody knows: in `GET /api/v1/payments/unresolved`, the oldest payment first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnresolvedView {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub operation: TransactionKind,
    /// What the provider was asked under: to be looked up there.
    pub provider_key: String,
    pub amount: Money,
    pub unknown_since: Timestamp,
    pub asks: i32,
    /// `None`: it was asked often enough, a person must find out.
    pub next_ask_at: Option<Timestamp>,
}

/// `POST /api/v1/payments/{order_id}/resolutions`, with an `Idempotency-Key`: what a person has found out at the provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewResolution {
    pub outcome: ResolvedOutcome,
    /// For the audit trail: who said so, where it was looked up. 1 to 500 characters.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolvedOutcome {
    /// It has happened; the provider calls it by this reference.
    Approved { reference: String },
    /// It has not happened, and will not.
    Declined,
    /// The provider is asked again at once.
    AskAgain,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResolutionView {
    pub order_id: OrderId,
    pub operation: TransactionKind,
    /// Of the payment after it.
    pub status: PaymentStatus,
}

/// `GET /api/v1/payments/{order_id}/invoice`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvoiceView {
    /// Year and running number, without gaps: `2026-000001`.
    pub invoice_number: String,
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub customer_id: UserId,
    pub amount: Money,
    pub issued_at: Timestamp,
}

/// Where our books, the provider's and the orders' disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The provider has moved money that our ledger knows nothing of.
    UnknownToUs,
    /// Our ledger has what the provider's books have not.
    UnknownToProvider,
    /// Both have it, with another amount.
    AmountDiffers,
    /// An order is confirmed, and its money is not captured.
    ConfirmedNotCaptured,
    /// Money is captured, and its order is neither confirmed nor is the money given back.
    CapturedNotConfirmed,
    /// The order's total is not what was captured.
    TotalDiffers,
    /// A return is completed, and its money has not gone back.
    ReturnNotRefunded,
}

/// In `GET /api/v1/payments/differences`, newest first; gone when it is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DifferenceView {
    pub id: i64,
    pub kind: DifferenceKind,
    /// Where it is known which order it is about.
    pub order_id: Option<OrderId>,
    /// The provider's.
    pub reference: Option<String>,
    pub found_at: Timestamp,
    /// In words, for a person.
    pub detail: String,
}

/// `POST /api/v1/payment-methods`: saves it at the provider, for later payments.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewPaymentMethod {
    /// From the provider's card form: never a card number.
    pub payment_token: String,
}

/// A token buys things: it is in no log.
impl std::fmt::Debug for NewPaymentMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPaymentMethod(..)")
    }
}

/// `GET /api/v1/payment-methods`: what a customer recognises it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethodView {
    /// Sent as `payment_token`, it pays with this one; only its own customer's payments.
    pub id: PaymentMethodId,
    /// In lower case: `visa`, `mastercard`, ...; `paypal` for an account there.
    pub brand: String,
    pub last4: Option<String>,
    pub expiry: Option<CardExpiry>,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardExpiry {
    pub month: i16,
    pub year: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderNoticeState {
    Waiting,
    Handled,
    /// It does not concern us.
    Ignored,
    /// Tried in vain often enough: a person has to look.
    Failed,
}

/// `GET /api/v1/provider-notices`: what the provider told us and we could not make sense of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderNoticeView {
    pub provider: String,
    pub event_id: String,
    /// As the provider calls it.
    pub kind: String,
    pub state: ProviderNoticeState,
    pub attempts: i32,
    pub failure: Option<String>,
    pub received_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_no_token_however_it_is_written() {
        for text in ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "123456789012"] {
            assert_eq!(PaymentToken::parse(text), Err(PaymentTokenError::CardNumber), "{text}");
        }
    }

    #[test]
    fn tokens_are_short_plain_text() {
        for text in [test_tokens::APPROVED, "a", "12345678901", "4111111111111111x", &"a".repeat(100)] {
            assert_eq!(PaymentToken::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "tok approved", "tok\n", "ü", &"a".repeat(101)] {
            assert_eq!(PaymentToken::parse(text), Err(PaymentTokenError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_token_does_not_show_in_logs() {
        let token = PaymentToken::parse(test_tokens::APPROVED).unwrap();
        assert_eq!(format!("{token:?}"), "PaymentToken(..)");
    }
}
