//! Where a return stands.

use contracts::api::orders::ReturnEndReason;
use contracts::api::returns::ReturnStatus;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum State {
    /// The support team has to decide.
    Requested,
    /// Approved; the customer has to send the goods.
    AwaitingGoods {
        until: Timestamp,
    },
    /// The goods are here; their price is to be given back.
    Refunding,
    /// The pieces are to go onto the shelf.
    Restocking,
    Completed,
    /// Neither money nor stock has moved.
    Closed {
        reason: ReturnEndReason,
    },
}

impl State {
    pub fn status(&self) -> ReturnStatus {
        match self {
            Self::Requested => ReturnStatus::Requested,
            Self::AwaitingGoods { .. } => ReturnStatus::AwaitingGoods,
            Self::Refunding => ReturnStatus::Refunding,
            Self::Restocking => ReturnStatus::Restocking,
            Self::Completed => ReturnStatus::Completed,
            Self::Closed { .. } => ReturnStatus::Closed,
        }
    }

    pub fn end_reason(&self) -> Option<&ReturnEndReason> {
        match self {
            Self::Closed { reason } => Some(reason),
            Self::Requested
            | Self::AwaitingGoods { .. }
            | Self::Refunding
            | Self::Restocking
            | Self::Completed => None,
        }
    }

    /// Until when the goods have to be here.
    pub fn goods_until(&self) -> Option<Timestamp> {
        match self {
            Self::AwaitingGoods { until } => Some(*until),
            Self::Requested | Self::Refunding | Self::Restocking | Self::Completed | Self::Closed { .. } => {
                None
            }
        }
    }

    /// As in the store and in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::AwaitingGoods { .. } => "awaiting_goods",
            Self::Refunding => "refunding",
            Self::Restocking => "restocking",
            Self::Completed => "completed",
            Self::Closed { .. } => "closed",
        }
    }
}
