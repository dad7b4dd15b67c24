//! What we read of PayPal's objects; all else that they hold, names and addresses too, is left alone.

use contracts::api::payments::DeclineReason;
use kernel::{Money, Timestamp};
use serde::Deserialize;

use super::amount;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    Created,
    Saved,
    Approved,
    PayerActionRequired,
    Captured,
    PartiallyCaptured,
    Completed,
    Pending,
    Denied,
    Declined,
    Failed,
    Cancelled,
    Voided,
    Expired,
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub struct Order {
    pub id: String,
    pub status: State,
    #[serde(default)]
    purchase_units: Vec<PurchaseUnit>,
}

#[derive(Debug, Deserialize)]
struct PurchaseUnit {
    payments: Option<Payments>,
}

#[derive(Debug, Deserialize)]
struct Payments {
    #[serde(default)]
    authorizations: Vec<Authorization>,
    #[serde(default)]
    captures: Vec<Movement>,
    #[serde(default)]
    refunds: Vec<Movement>,
}

/// Where an object belongs.
#[derive(Debug, Default, Deserialize)]
pub struct Related {
    #[serde(default)]
    related_ids: RelatedIds,
}

#[derive(Debug, Default, Deserialize)]
struct RelatedIds {
    order_id: Option<String>,
}

impl Related {
    pub fn order(&self) -> Option<&str> {
        self.related_ids.order_id.as_deref()
    }
}

impl Order {
    pub fn authorization(&self) -> Option<&Authorization> {
        let payments = self.purchase_units.iter().filter_map(|unit| unit.payments.as_ref());
        payments.flat_map(|payments| &payments.authorizations).next()
    }

    pub fn into_captures(self) -> Vec<Movement> {
        self.into_payments().flat_map(|payments| payments.captures).collect()
    }

    pub fn into_refunds(self) -> Vec<Movement> {
        self.into_payments().flat_map(|payments| payments.refunds).collect()
    }

    fn into_payments(self) -> impl Iterator<Item = Payments> {
        self.purchase_units.into_iter().filter_map(|unit| unit.payments)
    }
}

#[derive(Debug, Deserialize)]
pub struct Authorization {
    pub id: String,
    pub status: State,
    pub expiration_time: Option<Timestamp>,
    pub custom_id: Option<String>,
    #[serde(rename = "supplementary_data", default)]
    pub related: Related,
    processor_response: Option<ProcessorResponse>,
}

#[derive(Debug, Deserialize)]
struct ProcessorResponse {
    response_code: Option<String>,
}

impl Authorization {
    /// As the card's processor says it.
    pub fn refusal(&self) -> DeclineReason {
        let code = self.processor_response.as_ref().and_then(|answer| answer.response_code.as_deref());
        match code {
            Some("5120") => DeclineReason::InsufficientFunds,
            Some("5400") => DeclineReason::ExpiredCard,
            _ => DeclineReason::CardDeclined,
        }
    }
}

/// A capture or a refund.
#[derive(Debug, Deserialize)]
pub struct Movement {
    pub id: String,
    pub status: State,
    pub amount: Option<Amount>,
    pub custom_id: Option<String>,
    #[serde(rename = "supplementary_data", default)]
    pub related: Related,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Link {
    href: String,
    rel: String,
}

impl Movement {
    /// The id of what it was made from: a refund's capture, a capture's authorisation.
    pub fn made_from(&self) -> Option<&str> {
        let up = self.links.iter().find(|link| link.rel == "up")?;
        up.href.rsplit('/').next().filter(|id| !id.is_empty())
    }
}

#[derive(Debug, Deserialize)]
pub struct Amount {
    pub currency_code: String,
    pub value: String,
}

impl Amount {
    pub fn money(&self) -> Option<Money> {
        amount::money(&self.value, &self.currency_code)
    }
}

#[derive(Debug, Deserialize)]
pub struct Dispute {
    pub dispute_id: String,
    #[serde(default)]
    pub disputed_transactions: Vec<Disputed>,
    pub dispute_amount: Amount,
    pub dispute_life_cycle_stage: Option<String>,
    pub dispute_outcome: Option<DisputeOutcome>,
}

#[derive(Debug, Deserialize)]
pub struct Disputed {
    pub seller_transaction_id: String,
}

#[derive(Debug, Deserialize)]
pub struct DisputeOutcome {
    pub outcome_code: String,
}

/// What a webhook carries.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub id: String,
    pub event_type: String,
    pub create_time: Timestamp,
    pub resource: serde_json::Value,
}

#[derive(Debug, Deserialize)]
pub struct Report {
    #[serde(default)]
    pub transaction_details: Vec<Detail>,
    #[serde(default)]
    pub total_pages: u32,
}

#[derive(Debug, Deserialize)]
pub struct Detail {
    pub transaction_info: Transaction,
}

#[derive(Debug, Deserialize)]
pub struct Transaction {
    pub transaction_id: String,
    pub paypal_reference_id: Option<String>,
    pub transaction_event_code: String,
    pub transaction_initiation_date: String,
    pub transaction_amount: Amount,
    #[serde(default)]
    pub transaction_status: String,
    pub custom_field: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct ErrorBody {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    details: Vec<ErrorDetail>,
}

#[derive(Debug, Deserialize)]
struct ErrorDetail {
    #[serde(default)]
    issue: String,
}

impl ErrorBody {
    pub fn issue(&self) -> &str {
        self.details.first().map(|detail| detail.issue.as_str()).unwrap_or_default()
    }

    pub fn has(&self, issue: &str) -> bool {
        self.name == issue || self.details.iter().any(|detail| detail.issue == issue)
    }

    fn has_any(&self, issues: &[&str]) -> bool {
        issues.iter().any(|issue| self.has(issue))
    }

    pub fn is_about_state(&self) -> bool {
        self.has_any(&[
            "AUTHORIZATION_ALREADY_CAPTURED",
            "AUTHORIZATION_EXPIRED",
            "AUTHORIZATION_VOIDED",
            "AUTHORIZATION_DENIED",
            "PREVIOUSLY_CAPTURED",
            "PREVIOUSLY_VOIDED",
            "CANNOT_BE_VOIDED",
        ])
    }

    /// `None` where it is not the customer's means of payment that is refused.
    pub fn reason(&self) -> Option<DeclineReason> {
        if self.has("INSUFFICIENT_FUNDS") {
            Some(DeclineReason::InsufficientFunds)
        } else if self.has("CARD_EXPIRED") {
            Some(DeclineReason::ExpiredCard)
        } else if self.has("PAYER_ACTION_REQUIRED") {
            Some(DeclineReason::AuthenticationRequired)
        } else if self.has_any(&[
            "TOKEN_ID_NOT_FOUND",
            "VAULT_ID_NOT_FOUND",
            "INVALID_RESOURCE_ID",
            "RESOURCE_NOT_FOUND",
        ]) {
            Some(DeclineReason::UnknownToken)
        } else if self.has_any(&[
            "INSTRUMENT_DECLINED",
            "TRANSACTION_REFUSED",
            "PAYER_CANNOT_PAY",
            "PAYER_ACCOUNT_RESTRICTED",
        ]) {
            Some(DeclineReason::CardDeclined)
        } else {
            None
        }
    }
}
