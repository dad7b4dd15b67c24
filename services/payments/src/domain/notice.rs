//! What a provider tells us unasked, by a webhook: of our own calls, and of what happened behind our back.

use contracts::api::payments::DeclineReason;
use kernel::{Money, Timestamp};

use super::Key;

/// One piece of news; its adapter has checked that it comes from the provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The provider's own id of it: what comes twice under one id counts once.
    pub id: String,
    /// Of our call, where it is the outcome of one and the provider keeps our key.
    pub key: Option<Key>,
    /// The reference of the authorisation or the capture that it is about.
    pub about: String,
    pub news: News,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Authorized {
        reference: String,
        capture_before: Option<Timestamp>,
    },
    Declined {
        reference: String,
        reason: DeclineReason,
    },
    Captured {
        reference: String,
        amount: Money,
    },
    Refunded {
        reference: String,
        amount: Money,
    },
    Voided {
        reference: String,
    },
    /// The customer's bank has taken the money back from us. Each has a reference of its own.
    ChargedBack {
        reference: String,
        amount: Money,
    },
}
