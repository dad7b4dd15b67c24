//! What we read of Stripe's objects; all else that they hold is left alone.

use std::collections::HashMap;

use contracts::api::payments::DeclineReason;
use kernel::{Money, Timestamp};
use serde::Deserialize;

/// Reasons of a cancellation, as Stripe knows them.
pub const ABANDONED: &str = "abandoned";
pub const REQUESTED: &str = "requested_by_customer";

#[derive(Debug, Deserialize)]
pub struct List<T> {
    pub data: Vec<T>,
    #[serde(default)]
    pub has_more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Canceled,
    Succeeded,
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub struct Intent {
    pub id: String,
    pub status: IntentStatus,
    pub amount: i64,
    #[serde(default)]
    pub amount_received: i64,
    pub currency: String,
    #[serde(default)]
    pub metadata: HashMap<String, String>,
    pub latest_charge: Option<ChargeRef>,
    pub last_payment_error: Option<ErrorBody>,
    pub cancellation_reason: Option<String>,
}

/// An id, or the whole object where it was asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum ChargeRef {
    Id(String),
    Charge(Box<Charge>),
}

#[derive(Debug, Deserialize)]
pub struct Charge {
    pub id: String,
    payment_method_details: Option<MethodDetails>,
}

#[derive(Debug, Deserialize)]
struct MethodDetails {
    card: Option<CardDetails>,
}

#[derive(Debug, Deserialize)]
struct CardDetails {
    /// Seconds since 1970.
    capture_before: Option<i64>,
}

impl Intent {
    pub fn charge_id(&self) -> Option<&str> {
        self.latest_charge.as_ref().map(|charge| match charge {
            ChargeRef::Id(id) => id.as_str(),
            ChargeRef::Charge(charge) => charge.id.as_str(),
        })
    }

    pub fn capture_before(&self) -> Option<Timestamp> {
        let Some(ChargeRef::Charge(charge)) = &self.latest_charge else { return None };
        let card = charge.payment_method_details.as_ref()?.card.as_ref()?;
        Timestamp::from_timestamp(card.capture_before?, 0)
    }

    pub fn holds(&self) -> bool {
        matches!(self.status, IntentStatus::RequiresCapture | IntentStatus::Succeeded)
    }

    pub fn is_abandoned(&self) -> bool {
        self.cancellation_reason.as_deref() == Some(ABANDONED)
    }

    pub fn refusal(&self) -> DeclineReason {
        self.last_payment_error.as_ref().map_or(DeclineReason::CardDeclined, ErrorBody::reason)
    }

    pub fn key(&self) -> Option<&str> {
        self.metadata.get("key").map(String::as_str)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
    Canceled,
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub struct Refund {
    pub id: String,
    pub status: RefundStatus,
    pub amount: i64,
    pub currency: String,
    pub charge: Option<String>,
    #[serde(default)]
    pub metadata: HashMap<String, String>,
}

impl Refund {
    pub fn key(&self) -> Option<&str> {
        self.metadata.get("key").map(String::as_str)
    }
}

#[derive(Debug, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub charge: String,
    #[serde(default)]
    pub status: String,
}

/// What a webhook carries, and what the list of events holds.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds since 1970.
    pub created: i64,
    pub data: EventData,
}

#[derive(Debug, Deserialize)]
pub struct EventData {
    pub object: serde_json::Value,
}

#[derive(Debug, Deserialize)]
pub struct ErrorEnvelope {
    pub error: ErrorBody,
}

#[derive(Debug, Deserialize)]
pub struct ErrorBody {
    #[serde(rename = "type", default)]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
    pub param: Option<String>,
    charge: Option<String>,
    payment_intent: Option<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

impl ErrorBody {
    pub fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    pub fn is(&self, code: &str) -> bool {
        self.code() == code
    }

    pub fn is_of_the_card(&self) -> bool {
        self.kind == "card_error"
    }

    pub fn is_our_keys_fault(&self) -> bool {
        self.kind == "idempotency_error"
    }

    /// It was, or is, in a state that does not allow this; which one only the object itself tells.
    pub fn is_about_state(&self) -> bool {
        ["payment_intent_unexpected_state", "charge_already_captured", "charge_expired_for_capture"]
            .contains(&self.code())
    }

    pub fn reference(&self) -> Option<&str> {
        self.payment_intent.as_ref().map(|intent| intent.id.as_str()).or(self.charge.as_deref())
    }

    pub fn reason(&self) -> DeclineReason {
        let about_the_method = self.param.as_deref().is_some_and(|param| param.starts_with("payment_method"));
        match (self.code(), self.decline_code.as_deref().unwrap_or_default()) {
            ("authentication_required", _) | (_, "authentication_required") => {
                DeclineReason::AuthenticationRequired
            }
            ("payment_intent_authentication_failure", _) => DeclineReason::AuthenticationRequired,
            ("expired_card", _) | (_, "expired_card") => DeclineReason::ExpiredCard,
            (_, "insufficient_funds") => DeclineReason::InsufficientFunds,
            ("resource_missing", _) if about_the_method => DeclineReason::UnknownToken,
            _ if about_the_method && !self.is_of_the_card() => DeclineReason::UnknownToken,
            _ => DeclineReason::CardDeclined,
        }
    }
}

/// `None` for a currency that the shop does not sell in.
pub fn money(units: i64, currency: &str) -> Option<Money> {
    Some(Money::new(units, currency.to_uppercase().parse().ok()?))
}
