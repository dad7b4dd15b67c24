//! Where a saga stands, and what that means to others.

use contracts::api::orders::{EndReason, OrderStatus};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum State {
    /// Inventory is to hold the lines.
    Reserving,
    /// Payments is to authorise the amount; waits for the shopper's means of payment too.
    Authorizing {
        until: Timestamp,
    },
    /// The shopper may still change their mind.
    Window {
        until: Timestamp,
    },
    /// The pieces are to leave the shelf; `abandoned`: only to learn whether they have, so as to undo it.
    Committing {
        abandoned: bool,
    },
    /// The amount is to be captured; its success is the pivot. `abandoned`: as above.
    Capturing {
        abandoned: bool,
    },
    Confirmed,
    /// The authorisation is to be given back; `restocked`: the pieces are already.
    Voiding {
        reason: EndReason,
        restocked: bool,
    },
    /// The reservation is to be given back.
    Releasing {
        reason: EndReason,
    },
    /// The pieces are to go back on the shelf; `refunded`: the money is already back.
    Restocking {
        reason: EndReason,
        refunded: bool,
    },
    /// What was captured is to be given back.
    Refunding {
        reason: EndReason,
    },
    /// The shop could not sell it; everything is undone.
    Rejected {
        reason: EndReason,
    },
    /// The customer changed their mind; everything is undone.
    Cancelled {
        reason: EndReason,
    },
}

impl State {
    /// What shoppers are shown; the only place where it is decided.
    pub fn status(&self) -> OrderStatus {
        match self {
            Self::Reserving => OrderStatus::Pending,
            Self::Authorizing { .. } => OrderStatus::AwaitingPayment,
            Self::Window { .. }
            | Self::Committing { abandoned: false }
            | Self::Capturing { abandoned: false } => OrderStatus::Authorized,
            Self::Confirmed => OrderStatus::Confirmed,
            Self::Committing { abandoned: true }
            | Self::Capturing { abandoned: true }
            | Self::Voiding { .. }
            | Self::Releasing { .. }
            | Self::Restocking { .. }
            | Self::Refunding { .. } => OrderStatus::Unwinding,
            Self::Rejected { .. } => OrderStatus::Rejected,
            Self::Cancelled { .. } => OrderStatus::Cancelled,
        }
    }

    /// Nothing more happens by itself.
    pub fn is_final(&self) -> bool {
        self.status().is_final()
    }

    /// Why it is undone.
    pub fn reason(&self) -> Option<&EndReason> {
        match self {
            Self::Voiding { reason, .. }
            | Self::Releasing { reason }
            | Self::Restocking { reason, .. }
            | Self::Refunding { reason }
            | Self::Rejected { reason }
            | Self::Cancelled { reason } => Some(reason),
            Self::Committing { abandoned: true } | Self::Capturing { abandoned: true } => {
                Some(&EndReason::Abandoned)
            }
            Self::Reserving
            | Self::Authorizing { .. }
            | Self::Window { .. }
            | Self::Committing { abandoned: false }
            | Self::Capturing { abandoned: false }
            | Self::Confirmed => None,
        }
    }

    /// As in the store and in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reserving => "reserving",
            Self::Authorizing { .. } => "authorizing",
            Self::Window { .. } => "window",
            Self::Committing { .. } => "committing",
            Self::Capturing { .. } => "capturing",
            Self::Confirmed => "confirmed",
            Self::Voiding { .. } => "voiding",
            Self::Releasing { .. } => "releasing",
            Self::Restocking { .. } => "restocking",
            Self::Refunding { .. } => "refunding",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
