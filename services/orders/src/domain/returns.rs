//! A return: pieces of an order that come back, and the money for them; a saga of its own, a pure one.
//!
//! The refund goes first, because only it can be refused for good; putting the pieces on the shelf is asked for until
//! it is done.

use chrono::TimeDelta;
use contracts::api::orders::ReturnEndReason;
use contracts::api::payments::DeclineReason;
use kernel::{Money, OrderId, Quantity, ReturnId, Sku, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::pause::pause;
use super::saga::{IllegalTransition, Moment};

mod request;
#[cfg(test)]
mod simulation;
mod state;
#[cfg(test)]
mod tests;

pub use request::{RequestError, Requested};
pub use state::State;

/// How long the goods may be on their way.
const GOODS_WITHIN: TimeDelta = TimeDelta::days(30);
/// How long the support team may think before that counts as an attempt in vain.
const DECISION_WITHIN: TimeDelta = TimeDelta::days(1);

#[derive(Clone, Debug, PartialEq)]
pub struct Return {
    pub id: ReturnId,
    pub order_id: OrderId,
    pub customer_id: UserId,
    pub lines: Vec<Pieces>,
    /// Why, in the customer's words.
    pub reason: String,
    /// What is given back.
    pub amount: Money,
    pub state: State,
    /// Of the order: its messages and those of its returns are in one sequence.
    pub order_version: i64,
    pub attempts: u32,
    pub deadline: Option<Timestamp>,
    pub requested_at: Timestamp,
    pub entered_at: Timestamp,
}

/// So many pieces of one SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    pub sku: Sku,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Approved,
    Refused {
        note: String,
    },
    /// By the customer.
    Withdrawn,
    /// The support team has the goods in hand.
    GoodsReceived,
    PartRefunded {
        amount: Money,
    },
    PartRefundFailed {
        reason: DeclineReason,
    },
    StockReturned,
    /// An operator has the state's command said again.
    Retried,
    DeadlinePassed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    ReturnRequested,
    ReturnApproved,
    RefundPart,
    ReturnItems,
    ReturnClosed,
    ReturnCompleted,
}

/// A return after an event, and what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Advance {
    pub item: Return,
    pub command: Option<Command>,
}

type Step = Result<(State, Option<Command>), IllegalTransition>;

impl Return {
    /// `None`: the event has no effect.
    pub fn advance(&self, event: &Event, moment: Moment) -> Result<Option<Advance>, IllegalTransition> {
        let (state, command) = self.step(event, moment.now)?;
        let waited = matches!(event, Event::DeadlinePassed) && self.is_due(moment.now);
        if state == self.state && command.is_none() && !waited {
            return Ok(None);
        }
        let moved = state != self.state;
        let attempts = if moved { 0 } else { self.attempts.saturating_add(1) };
        let item = Self {
            deadline: wakes_at(&state, attempts, moment),
            entered_at: if moved { moment.now } else { self.entered_at },
            state,
            attempts,
            order_version: self.order_version + 1,
            ..self.clone()
        };
        Ok(Some(Advance { item, command }))
    }

    fn step(&self, event: &Event, now: Timestamp) -> Step {
        use State::*;
        match (&self.state, event) {
            (Requested, Event::Approved) => {
                go(AwaitingGoods { until: now + GOODS_WITHIN }, Command::ReturnApproved)
            }
            (Requested, Event::Refused { note }) => close(ReturnEndReason::Refused { note: note.clone() }),
            (Requested | AwaitingGoods { .. }, Event::Withdrawn) => close(ReturnEndReason::Withdrawn),
            (AwaitingGoods { until }, Event::DeadlinePassed) if now >= *until => {
                close(ReturnEndReason::GoodsNeverCame)
            }
            // What was bought for nothing is not paid back.
            (AwaitingGoods { .. }, Event::GoodsReceived) if self.amount.amount_minor == 0 => {
                go(Restocking, Command::ReturnItems)
            }
            (AwaitingGoods { .. }, Event::GoodsReceived) => go(Refunding, Command::RefundPart),

            (Refunding, Event::PartRefunded { amount }) if *amount == self.amount => {
                go(Restocking, Command::ReturnItems)
            }
            (Refunding, Event::PartRefundFailed { reason }) => {
                close(ReturnEndReason::RefundFailed { reason: *reason })
            }
            (Refunding, Event::DeadlinePassed | Event::Retried) => go(Refunding, Command::RefundPart),

            (Restocking, Event::StockReturned) => go(Completed, Command::ReturnCompleted),
            (Restocking, Event::DeadlinePassed | Event::Retried) => go(Restocking, Command::ReturnItems),

            // Spelled out, so that a new state or event does not compile before somebody has thought of it here.
            (
                Requested | AwaitingGoods { .. } | Refunding | Restocking | Completed | Closed { .. },
                Event::Approved
                | Event::Refused { .. }
                | Event::Withdrawn
                | Event::GoodsReceived
                | Event::PartRefunded { .. }
                | Event::PartRefundFailed { .. }
                | Event::StockReturned
                | Event::Retried
                | Event::DeadlinePassed,
            ) => self.moved_by_nothing(event),
        }
    }

    fn moved_by_nothing(&self, event: &Event) -> Step {
        if self.may_come_late(event) {
            return Ok((self.state.clone(), None));
        }
        let other_amount = matches!(event, Event::PartRefunded { amount } if *amount != self.amount);
        let event = if other_amount { "PartRefunded over another amount" } else { event.name() };
        Err(IllegalTransition { state: self.state.name(), event })
    }

    /// Whether an event that moves nothing is an echo of what has been, rather than a contradiction to it.
    fn may_come_late(&self, event: &Event) -> bool {
        use State::*;
        let refunded = matches!(self.state, Restocking | Completed) && self.amount.amount_minor != 0;
        match event {
            Event::Approved => matches!(self.state, AwaitingGoods { .. }),
            Event::Refused { .. } => {
                matches!(&self.state, Closed { reason: ReturnEndReason::Refused { .. } })
            }
            Event::Withdrawn => matches!(&self.state, Closed { reason: ReturnEndReason::Withdrawn }),
            Event::GoodsReceived => matches!(self.state, Refunding | Restocking | Completed),
            Event::PartRefunded { amount } => refunded && *amount == self.amount,
            Event::PartRefundFailed { .. } => {
                matches!(&self.state, Closed { reason: ReturnEndReason::RefundFailed { .. } })
            }
            Event::StockReturned => matches!(self.state, Completed),
            Event::Retried => false,
            Event::DeadlinePassed => true,
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }
}

impl Event {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Refused { .. } => "Refused",
            Self::Withdrawn => "Withdrawn",
            Self::GoodsReceived => "GoodsReceived",
            Self::PartRefunded { .. } => "PartRefunded",
            Self::PartRefundFailed { .. } => "PartRefundFailed",
            Self::StockReturned => "StockReturned",
            Self::Retried => "Retried",
            Self::DeadlinePassed => "DeadlinePassed",
        }
    }
}

fn wakes_at(state: &State, attempts: u32, moment: Moment) -> Option<Timestamp> {
    match state {
        State::Requested => Some(moment.now + DECISION_WITHIN),
        State::AwaitingGoods { until } => Some(*until),
        State::Refunding | State::Restocking => Some(moment.now + pause(attempts, moment.spread)),
        State::Completed | State::Closed { .. } => None,
    }
}

fn go(state: State, command: Command) -> Step {
    Ok((state, Some(command)))
}

fn close(reason: ReturnEndReason) -> Step {
    go(State::Closed { reason }, Command::ReturnClosed)
}
