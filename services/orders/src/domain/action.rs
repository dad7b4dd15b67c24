//! What a person does to an order, as its timeline keeps it: who, what and why.

use kernel::{ReturnId, UserId};
use serde::Serialize;

/// Who takes a hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// At the command line, inside the cluster.
    Cli,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Cli => f.write_str("cli"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    OrderCancelled,
    OrderShipped,
    OrderDelivered,
    AddressChanged,
    SagaRetried,
    SagaAbandoned,
    ReturnRequested,
    ReturnApproved,
    ReturnRefused,
    ReturnReceived,
    ReturnWithdrawn,
}

impl Kind {
    /// The type of the timeline's line.
    pub fn name(self) -> &'static str {
        match self {
            Self::OrderCancelled => "action.order-cancelled",
            Self::OrderShipped => "action.order-shipped",
            Self::OrderDelivered => "action.order-delivered",
            Self::AddressChanged => "action.address-changed",
            Self::SagaRetried => "action.saga-retried",
            Self::SagaAbandoned => "action.saga-abandoned",
            Self::ReturnRequested => "action.return-requested",
            Self::ReturnApproved => "action.return-approved",
            Self::ReturnRefused => "action.return-refused",
            Self::ReturnReceived => "action.return-received",
            Self::ReturnWithdrawn => "action.return-withdrawn",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("takes 1 to 500 characters, on one line")]
pub struct WrongText;

/// What a person wrote, without the space around it.
pub fn parse_text(given: &str) -> Result<String, WrongText> {
    let given = given.trim();
    let fits = (1..=500).contains(&given.chars().count()) && !given.contains(char::is_control);
    if fits { Ok(given.to_owned()) } else { Err(WrongText) }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub actor: Actor,
    pub kind: Kind,
    pub reason: Option<String>,
    pub return_id: Option<ReturnId>,
}

/// As it is stored.
#[derive(Serialize)]
struct Data<'a> {
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_id: Option<ReturnId>,
}

impl Action {
    pub fn new(actor: Actor, kind: Kind) -> Self {
        Self { actor, kind, reason: None, return_id: None }
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    #[must_use]
    pub fn of_return(mut self, id: ReturnId) -> Self {
        self.return_id = Some(id);
        self
    }

    pub fn data(&self) -> serde_json::Value {
        let (reason, return_id) = (self.reason.as_deref(), self.return_id);
        let data = Data { actor: self.actor.to_string(), reason, return_id };
        serde_json::to_value(data).expect("plain data")
    }
}
