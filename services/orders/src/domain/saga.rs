//! The checkout saga: what follows from which answer, in which state. No time, no store, no broker of its own.
//!
//! Commands are sent again until they are answered, so an answer may come twice, late and out of order: then it has
//! no effect. An answer that can't be (nobody asked, or it denies an earlier one) is an [`IllegalTransition`].

use std::collections::BTreeSet;

use chrono::TimeDelta;
use contracts::api::orders::EndReason;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

mod event;
#[cfg(test)]
mod simulation;
mod state;
#[cfg(test)]
mod tests;

pub use event::Event;
pub use state::State;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saga {
    pub state: State,
    /// Tells a late answer from one that nobody asked for.
    sent: BTreeSet<Command>,
}

/// What a saga says: commands to its participants, and its beginning and end to everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    OrderCreated,
    ReserveStock,
    ReleaseStock,
    CommitStock,
    RestockItems,
    AuthorizePayment,
    VoidPayment,
    CapturePayment,
    RefundPayment,
    OrderConfirmed,
    OrderRejected,
    OrderCancelled,
}

/// How long shoppers may take.
#[derive(Clone, Copy, Debug)]
pub struct Timings {
    pub cancellation_window: TimeDelta,
    pub payment_timeout: TimeDelta,
}

/// When a step is taken.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Timestamp,
    pub timings: Timings,
    /// 0 to 1, at random: spreads what would otherwise happen at once.
    pub spread: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub saga: Saga,
    pub commands: Vec<Command>,
}

/// An event that can't be in this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} can't be while {state}")]
pub struct IllegalTransition {
    pub state: &'static str,
    pub event: &'static str,
}

type Step = Result<Transition, IllegalTransition>;

impl Saga {
    pub fn begin() -> (Self, Vec<Command>) {
        let sent = BTreeSet::from([Command::ReserveStock]);
        (Self { state: State::Reserving, sent }, vec![Command::OrderCreated, Command::ReserveStock])
    }

    pub fn step(&self, event: &Event, at: Moment) -> Step {
        use Command::*;
        use EndReason::*;
        use State::*;
        let until_paid = at.now + at.timings.payment_timeout;
        let window = at.timings.cancellation_window;
        match (&self.state, event) {
            (Reserving, Event::StockReserved) => self.go(Authorizing { until: until_paid }, AuthorizePayment),
            (Reserving, Event::StockRejected { shortages }) => {
                self.end(OutOfStock { shortages: shortages.clone() })
            }
            // ReserveStock was sent again, and came after the hold had expired: nothing will be held any more.
            (Reserving, Event::StockReleased) => self.end(ReservationExpired),
            (Reserving, Event::CancelRequested) => {
                self.go(Releasing { reason: CustomerCancelled }, ReleaseStock)
            }
            (Reserving, Event::DeadlinePassed) => self.say_again(ReserveStock),

            (Authorizing { .. }, Event::PaymentAuthorized) if window.is_zero() => {
                self.go(Committing, CommitStock)
            }
            (Authorizing { .. }, Event::PaymentAuthorized) => self.wait(Window { until: at.now + window }),
            (Authorizing { .. }, Event::PaymentFailed { reason }) => {
                self.go(Releasing { reason: PaymentDeclined { reason: *reason } }, ReleaseStock)
            }
            (Authorizing { until }, Event::DeadlinePassed) if at.now < *until => self.stay(),
            (Authorizing { .. }, Event::DeadlinePassed) => self.void(PaymentTimedOut, false),
            (Authorizing { .. } | Window { .. }, Event::StockReleased) => {
                self.void(ReservationExpired, false)
            }
            (Authorizing { .. } | Window { .. }, Event::CancelRequested) => {
                self.void(CustomerCancelled, false)
            }

            (Window { until }, Event::DeadlinePassed) if at.now < *until => self.stay(),
            (Window { .. }, Event::DeadlinePassed) => self.go(Committing, CommitStock),

            (Committing, Event::StockCommitted) => self.go(Capturing, CapturePayment),
            (Committing, Event::StockCommitFailed) => self.void(ReservationExpired, false),
            (Committing, Event::DeadlinePassed) => self.say_again(CommitStock),

            (Capturing, Event::PaymentSucceeded) => self.go(Confirmed, OrderConfirmed),
            (Capturing, Event::PaymentCaptureFailed { reason }) => self
                .go(Restocking { reason: CaptureFailed { reason: *reason }, refunded: false }, RestockItems),
            (Capturing, Event::DeadlinePassed) => self.say_again(CapturePayment),

            (Confirmed, Event::CancelRequested) => {
                self.go(Refunding { reason: CustomerCancelled }, RefundPayment)
            }

            (Voiding { reason, restocked: false }, Event::PaymentVoided) => {
                self.go(Releasing { reason: reason.clone() }, ReleaseStock)
            }
            (Voiding { reason, restocked: true }, Event::PaymentVoided) => self.end(reason.clone()),
            (Voiding { .. }, Event::DeadlinePassed) => self.say_again(VoidPayment),

            (Releasing { reason }, Event::StockReleased) => self.end(reason.clone()),
            (Releasing { .. }, Event::DeadlinePassed) => self.say_again(ReleaseStock),

            (Refunding { reason }, Event::PaymentRefunded) => {
                self.go(Restocking { reason: reason.clone(), refunded: true }, RestockItems)
            }
            (Refunding { .. }, Event::DeadlinePassed) => self.say_again(RefundPayment),

            (Restocking { reason, refunded: false }, Event::StockRestocked) => {
                self.void(reason.clone(), true)
            }
            (Restocking { reason, refunded: true }, Event::StockRestocked) => self.end(reason.clone()),
            (Restocking { .. }, Event::DeadlinePassed) => self.say_again(RestockItems),

            // Spelled out, so that a new state or event does not compile before somebody has thought of it here.
            (
                Reserving
                | Authorizing { .. }
                | Window { .. }
                | Committing
                | Capturing
                | Confirmed
                | Voiding { .. }
                | Releasing { .. }
                | Restocking { .. }
                | Refunding { .. }
                | Rejected { .. }
                | Cancelled { .. },
                Event::StockReserved
                | Event::StockRejected { .. }
                | Event::StockReleased
                | Event::StockCommitted
                | Event::StockCommitFailed
                | Event::StockRestocked
                | Event::PaymentAuthorized
                | Event::PaymentFailed { .. }
                | Event::PaymentVoided
                | Event::PaymentSucceeded
                | Event::PaymentCaptureFailed { .. }
                | Event::PaymentRefunded
                | Event::CancelRequested
                | Event::DeadlinePassed,
            ) => self.moved_by_nothing(event),
        }
    }

    fn moved_by_nothing(&self, event: &Event) -> Step {
        if self.may_come_late(event) {
            return self.stay();
        }
        Err(IllegalTransition { state: self.state.name(), event: event.name() })
    }

    /// Whether an event that moves nothing is an echo of what has been, rather than a contradiction to it.
    ///
    /// What has been sent tells what has been answered: nothing is captured before it is committed.
    fn may_come_late(&self, event: &Event) -> bool {
        use Command::*;
        let asked = |command| self.sent.contains(&command);
        let ended_by = |code: fn(&EndReason) -> bool| self.state.reason().is_some_and(code);
        let declined = || ended_by(|reason| matches!(reason, EndReason::PaymentDeclined { .. }));
        let capture_failed = || ended_by(|reason| matches!(reason, EndReason::CaptureFailed { .. }));
        match event {
            Event::StockReserved => !ended_by(|reason| matches!(reason, EndReason::OutOfStock { .. })),
            // Also the refusal of a ReserveStock that was sent again, and came after expiry or release.
            Event::StockRejected { .. } => true,
            // What is not held any more is also the answer to a ReserveStock that was sent again.
            Event::StockReleased => !asked(CapturePayment),
            Event::StockCommitted => {
                asked(CommitStock) && !ended_by(|reason| matches!(reason, EndReason::ReservationExpired))
            }
            // After CapturePayment only as the refusal of a CommitStock that came after RestockItems.
            Event::StockCommitFailed => asked(CommitStock) && (!asked(CapturePayment) || asked(RestockItems)),
            Event::StockRestocked => asked(RestockItems),
            Event::PaymentAuthorized => asked(AuthorizePayment) && !declined(),
            // VoidPayment may overtake the answer, or AuthorizePayment itself, which is then refused.
            Event::PaymentFailed { .. } => asked(AuthorizePayment) && (declined() || asked(VoidPayment)),
            Event::PaymentVoided => asked(VoidPayment),
            Event::PaymentSucceeded => asked(CapturePayment) && !capture_failed(),
            // A CapturePayment that was sent twice may come after RefundPayment, and is then refused.
            Event::PaymentCaptureFailed { .. } => {
                asked(CapturePayment) && (capture_failed() || asked(RefundPayment))
            }
            Event::PaymentRefunded => asked(RefundPayment),
            Event::CancelRequested => {
                !self.state.is_final() && ended_by(|reason| matches!(reason, EndReason::CustomerCancelled))
            }
            // The saga moved on between the timer's look and its hand.
            Event::DeadlinePassed => true,
        }
    }

    fn stay(&self) -> Step {
        Ok(Transition { saga: self.clone(), commands: vec![] })
    }

    fn wait(&self, state: State) -> Step {
        Ok(Transition { saga: Self { state, ..self.clone() }, commands: vec![] })
    }

    fn go(&self, state: State, command: Command) -> Step {
        let mut sent = self.sent.clone();
        sent.insert(command);
        Ok(Transition { saga: Self { state, sent }, commands: vec![command] })
    }

    fn say_again(&self, command: Command) -> Step {
        Ok(Transition { saga: self.clone(), commands: vec![command] })
    }

    fn void(&self, reason: EndReason, restocked: bool) -> Step {
        self.go(State::Voiding { reason, restocked }, Command::VoidPayment)
    }

    fn end(&self, reason: EndReason) -> Step {
        match reason {
            EndReason::CustomerCancelled => self.go(State::Cancelled { reason }, Command::OrderCancelled),
            EndReason::OutOfStock { .. }
            | EndReason::PaymentDeclined { .. }
            | EndReason::PaymentTimedOut
            | EndReason::ReservationExpired
            | EndReason::CaptureFailed { .. } => self.go(State::Rejected { reason }, Command::OrderRejected),
        }
    }
}
