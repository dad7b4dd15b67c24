//! One wish to give money back, and what became of it.

use contracts::api::payments::DeclineReason;
use kernel::{Money, ReturnId};

#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    pub reason: RefundReason,
    /// Of a whole order: what is left when its turn comes.
    pub amount: Money,
    pub state: RefundState,
}

/// Each counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundReason {
    /// The order is undone: everything that is left goes back.
    Order,
    /// Some pieces came back.
    Return(ReturnId),
    /// Somebody gave it back at the provider; under the provider's reference.
    Elsewhere(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    Open,
    Done,
    /// For good.
    Refused(DeclineReason),
}

impl Refund {
    pub fn is_open(&self) -> bool {
        self.state == RefundState::Open
    }

    pub fn return_id(&self) -> Option<ReturnId> {
        match self.reason {
            RefundReason::Return(return_id) => Some(return_id),
            RefundReason::Order | RefundReason::Elsewhere(_) => None,
        }
    }
}

/// As a column.
impl std::fmt::Display for RefundReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Order => f.write_str("order"),
            Self::Return(return_id) => return_id.fmt(f),
            Self::Elsewhere(reference) => write!(f, "elsewhere {reference}"),
        }
    }
}

impl std::str::FromStr for RefundReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "order" {
            return Ok(Self::Order);
        }
        if let Some(reference) = text.strip_prefix("elsewhere ") {
            return Ok(Self::Elsewhere(reference.to_owned()));
        }
        text.parse().map(Self::Return).map_err(|_| format!("{text} is no reason of a refund"))
    }
}
