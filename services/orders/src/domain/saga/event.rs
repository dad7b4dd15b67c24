//! What a saga hears: answers of its participants, its customer, and time.

use contracts::api::orders::Shortage;
use contracts::api::payments::DeclineReason;
use kernel::{Money, Timestamp};

/// What happens to a saga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    StockReserved {
        expires_at: Timestamp,
    },
    StockRejected {
        shortages: Vec<Shortage>,
    },
    StockReleased,
    StockCommitted,
    StockCommitFailed,
    StockRestocked,
    /// The provider lets go of it by itself at `capture_before`.
    PaymentAuthorized {
        amount: Money,
        capture_before: Option<Timestamp>,
    },
    PaymentFailed {
        reason: DeclineReason,
    },
    PaymentVoided,
    PaymentSucceeded {
        amount: Money,
    },
    PaymentCaptureFailed {
        reason: DeclineReason,
    },
    PaymentRefunded {
        amount: Money,
    },
    CancelRequested,
    /// An operator has the state's command said again.
    Retried,
    /// An operator gives the order up.
    Abandoned,
    DeadlinePassed,
}

impl Event {
    pub fn name(&self) -> &'static str {
        match self {
            Self::StockReserved { .. } => "StockReserved",
            Self::StockRejected { .. } => "StockRejected",
            Self::StockReleased => "StockReleased",
            Self::StockCommitted => "StockCommitted",
            Self::StockCommitFailed => "StockCommitFailed",
            Self::StockRestocked => "StockRestocked",
            Self::PaymentAuthorized { .. } => "PaymentAuthorized",
            Self::PaymentFailed { .. } => "PaymentFailed",
            Self::PaymentVoided => "PaymentVoided",
            Self::PaymentSucceeded { .. } => "PaymentSucceeded",
            Self::PaymentCaptureFailed { .. } => "PaymentCaptureFailed",
            Self::PaymentRefunded { .. } => "PaymentRefunded",
            Self::CancelRequested => "CancelRequested",
            Self::Retried => "Retried",
            Self::Abandoned => "Abandoned",
            Self::DeadlinePassed => "DeadlinePassed",
        }
    }

    /// The name of a payment's answer that is over another amount than the order's total.
    pub fn of_other_amount(&self, total: Money) -> Option<&'static str> {
        match self {
            Self::PaymentAuthorized { amount, .. } if *amount != total => {
                Some("PaymentAuthorized over another amount")
            }
            Self::PaymentSucceeded { amount } if *amount != total => {
                Some("PaymentSucceeded over another amount")
            }
            Self::PaymentRefunded { amount } if *amount != total => {
                Some("PaymentRefunded over another amount")
            }
            Self::PaymentAuthorized { .. }
            | Self::PaymentSucceeded { .. }
            | Self::PaymentRefunded { .. }
            | Self::StockReserved { .. }
            | Self::StockRejected { .. }
            | Self::StockReleased
            | Self::StockCommitted
            | Self::StockCommitFailed
            | Self::StockRestocked
            | Self::PaymentFailed { .. }
            | Self::PaymentVoided
            | Self::PaymentCaptureFailed { .. }
            | Self::CancelRequested
            | Self::Retried
            | Self::Abandoned
            | Self::DeadlinePassed => None,
        }
    }
}
