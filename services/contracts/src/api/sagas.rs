//! `/api/v1/sagas`: for those who look after the shop.

use kernel::{OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::orders::OrderEventView;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SagaKind {
    Checkout,
    Return,
}

/// A saga and how it gets on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SagaView {
    /// The order's id, or the return's.
    pub id: Uuid,
    pub saga: SagaKind,
    pub order_id: OrderId,
    pub state: String,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// How often the command of this state has been sent again.
    pub attempts: i32,
    /// When it is looked at again; `None` at its end.
    pub deadline: Option<Timestamp>,
    /// It asks in vain, or nobody looks at it.
    pub stuck: bool,
}

/// All sagas of one order, with its timeline (the newest hundred, oldest first).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SagaDetail {
    pub sagas: Vec<SagaView>,
    pub events: Vec<OrderEventView>,
}

/// `POST /api/v1/sagas/{order}/abandonments`: why, 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Abandonment {
    pub reason: String,
}
