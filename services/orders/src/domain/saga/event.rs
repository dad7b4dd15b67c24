//! What a saga hears: answers of its participants, its customer, and time.

use contracts::api::orders::Shortage;
use contracts::api::payments::DeclineReason;

/// What happens to a saga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    StockReserved,
    StockRejected { shortages: Vec<Shortage> },
    StockReleased,
    StockCommitted,
    StockCommitFailed,
    StockRestocked,
    PaymentAuthorized,
    PaymentFailed { reason: DeclineReason },
    PaymentVoided,
    PaymentSucceeded,
    PaymentCaptureFailed { reason: DeclineReason },
    PaymentRefunded,
    CancelRequested,
    DeadlinePassed,
}

impl Event {
    pub fn name(&self) -> &'static str {
        match self {
            Self::StockReserved => "StockReserved",
            Self::StockRejected { .. } => "StockRejected",
            Self::StockReleased => "StockReleased",
            Self::StockCommitted => "StockCommitted",
            Self::StockCommitFailed => "StockCommitFailed",
            Self::StockRestocked => "StockRestocked",
            Self::PaymentAuthorized => "PaymentAuthorized",
            Self::PaymentFailed { .. } => "PaymentFailed",
            Self::PaymentVoided => "PaymentVoided",
            Self::PaymentSucceeded => "PaymentSucceeded",
            Self::PaymentCaptureFailed { .. } => "PaymentCaptureFailed",
            Self::PaymentRefunded => "PaymentRefunded",
            Self::CancelRequested => "CancelRequested",
            Self::DeadlinePassed => "DeadlinePassed",
        }
    }
}
