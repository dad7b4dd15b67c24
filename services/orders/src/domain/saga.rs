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
mod late;
#[cfg(test)]
mod simulation;
mod state;
#[cfg(test)]
mod tests;

pub use event::Event;
pub use state::State;

/// Left between the end of the window and the end of what is held for the order, on the shelf and at the provider:
/// enough for a commit and a capture that each have to be asked for more than once.
pub const MARGIN: TimeDelta = TimeDelta::seconds(300);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saga {
    pub state: State,
    /// Tells a late answer from one that nobody asked for.
    sent: BTreeSet<Command>,
    /// Until when inventory was last asked to hold the lines.
    pub hold_until: Timestamp,
    /// Until when it does, as it has said.
    held_until: Option<Timestamp>,
}

/// What a saga says: commands to its participants, and its beginning and end to everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    OrderCreated,
    ReserveStock,
    RenewReservation,
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

impl Moment {
    /// Until when an order that is reserved now may need what is held for it.
    fn hold_until(self) -> Timestamp {
        self.now + self.timings.payment_timeout + self.timings.cancellation_window + MARGIN
    }

    /// When the window ends that opens now: early where the provider would let go before the capture.
    fn window_end(self, capture_before: Option<Timestamp>) -> Timestamp {
        let end = self.now + self.timings.cancellation_window;
        capture_before.map_or(end, |before| end.min(before - MARGIN))
    }
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
    pub fn begin(at: Moment) -> (Self, Vec<Command>) {
        let sent = BTreeSet::from([Command::ReserveStock]);
        let saga = Self { state: State::Reserving, sent, hold_until: at.hold_until(), held_until: None };
        (saga, vec![Command::OrderCreated, Command::ReserveStock])
    }

    pub fn step(&self, event: &Event, at: Moment) -> Step {
        use Command::*;
        use EndReason::*;
        use State::*;
        let until_paid = at.now + at.timings.payment_timeout;
        match (&self.state, event) {
            (Reserving, Event::StockReserved { expires_at }) => {
                self.held(*expires_at).go(Authorizing { until: until_paid }, AuthorizePayment)
            }
            (Reserving, Event::StockRejected { shortages }) => {
                self.end(OutOfStock { shortages: shortages.clone() })
            }
            // ReserveStock was sent again, and came after the hold had expired: nothing will be held any more.
            (Reserving, Event::StockReleased) => self.end(ReservationExpired),
            (Reserving, Event::CancelRequested) => self.release(CustomerCancelled),
            (Reserving, Event::Abandoned) => self.release(Abandoned),
            (Reserving, Event::DeadlinePassed | Event::Retried) => {
                self.asking_until(at.hold_until()).say_again()
            }

            (Authorizing { .. } | Window { .. }, Event::StockReserved { expires_at })
                if self.held_until.is_none_or(|held| held < *expires_at) =>
            {
                self.held(*expires_at).stay()
            }
            (Authorizing { .. }, Event::PaymentAuthorized { capture_before, .. }) => {
                self.open_window(at.window_end(*capture_before), at.now)
            }
            (Authorizing { .. }, Event::PaymentFailed { reason }) => {
                self.release(PaymentDeclined { reason: *reason })
            }
            (Authorizing { until }, Event::DeadlinePassed) if at.now < *until => self.stay(),
            (Authorizing { .. }, Event::DeadlinePassed) => self.void(PaymentTimedOut, false),
            (Authorizing { .. }, Event::Retried) => self.say_again(),
            (Authorizing { .. } | Window { .. }, Event::StockReleased) => {
                self.void(ReservationExpired, false)
            }
            (Authorizing { .. } | Window { .. }, Event::CancelRequested) => {
                self.void(CustomerCancelled, false)
            }
            (Authorizing { .. } | Window { .. }, Event::Abandoned) => self.void(Abandoned, false),

            (Window { until }, Event::DeadlinePassed) if at.now >= *until => self.commit(),
            (Window { until }, Event::DeadlinePassed | Event::Retried) if self.is_held_too_short(*until) => {
                self.say_again()
            }
            (Window { .. }, Event::DeadlinePassed) => self.stay(),

            (Committing { abandoned: false }, Event::StockCommitted) => {
                self.go(Capturing { abandoned: false }, CapturePayment)
            }
            (Committing { abandoned: true }, Event::StockCommitted) => {
                self.go(Restocking { reason: Abandoned, refunded: false }, RestockItems)
            }
            (Committing { .. }, Event::StockCommitFailed) => self.void(ReservationExpired, false),
            // Nobody knows whether the pieces have left: asked once more, and undone if they have.
            (Committing { abandoned: false }, Event::Abandoned) => {
                self.go(Committing { abandoned: true }, CommitStock)
            }
            (Committing { .. }, Event::DeadlinePassed | Event::Retried) => self.say_again(),

            (Capturing { abandoned: false }, Event::PaymentSucceeded { .. }) => {
                self.go(Confirmed, OrderConfirmed)
            }
            (Capturing { abandoned: true }, Event::PaymentSucceeded { .. }) => {
                self.go(Refunding { reason: Abandoned }, RefundPayment)
            }
            (Capturing { .. }, Event::PaymentCaptureFailed { reason }) => self
                .go(Restocking { reason: CaptureFailed { reason: *reason }, refunded: false }, RestockItems),
            // Nobody knows whether the money is ours: asked once more, and given back if it is.
            (Capturing { abandoned: false }, Event::Abandoned) => {
                self.go(Capturing { abandoned: true }, CapturePayment)
            }
            (Capturing { .. }, Event::DeadlinePassed | Event::Retried) => self.say_again(),

            (Confirmed, Event::CancelRequested) => {
                self.go(Refunding { reason: CustomerCancelled }, RefundPayment)
            }

            (Voiding { reason, restocked: false }, Event::PaymentVoided) => self.release(reason.clone()),
            (Voiding { reason, restocked: true }, Event::PaymentVoided) => self.end(reason.clone()),
            (Releasing { reason }, Event::StockReleased) => self.end(reason.clone()),
            (Refunding { reason }, Event::PaymentRefunded { .. }) => {
                self.go(Restocking { reason: reason.clone(), refunded: true }, RestockItems)
            }
            (Restocking { reason, refunded: false }, Event::StockRestocked) => {
                self.void(reason.clone(), true)
            }
            (Restocking { reason, refunded: true }, Event::StockRestocked) => self.end(reason.clone()),
            (
                Voiding { .. } | Releasing { .. } | Refunding { .. } | Restocking { .. },
                Event::DeadlinePassed | Event::Retried,
            ) => self.say_again(),

            // Spelled out, so that a new state or event does not compile before somebody has thought of it here.
            (
                Reserving
                | Authorizing { .. }
                | Window { .. }
                | Committing { .. }
                | Capturing { .. }
                | Confirmed
                | Voiding { .. }
                | Releasing { .. }
                | Restocking { .. }
                | Refunding { .. }
                | Rejected { .. }
                | Cancelled { .. },
                Event::StockReserved { .. }
                | Event::StockRejected { .. }
                | Event::StockReleased
                | Event::StockCommitted
                | Event::StockCommitFailed
                | Event::StockRestocked
                | Event::PaymentAuthorized { .. }
                | Event::PaymentFailed { .. }
                | Event::PaymentVoided
                | Event::PaymentSucceeded { .. }
                | Event::PaymentCaptureFailed { .. }
                | Event::PaymentRefunded { .. }
                | Event::CancelRequested
                | Event::Retried
                | Event::Abandoned
                | Event::DeadlinePassed,
            ) => self.moved_by_nothing(event),
        }
    }

    /// The command whose answer the state waits for.
    pub fn pending(&self) -> Option<Command> {
        match &self.state {
            State::Reserving => Some(Command::ReserveStock),
            State::Authorizing { .. } => Some(Command::AuthorizePayment),
            State::Window { until } => self.is_held_too_short(*until).then_some(Command::RenewReservation),
            State::Committing { .. } => Some(Command::CommitStock),
            State::Capturing { .. } => Some(Command::CapturePayment),
            State::Voiding { .. } => Some(Command::VoidPayment),
            State::Releasing { .. } => Some(Command::ReleaseStock),
            State::Restocking { .. } => Some(Command::RestockItems),
            State::Refunding { .. } => Some(Command::RefundPayment),
            State::Confirmed | State::Rejected { .. } | State::Cancelled { .. } => None,
        }
    }

    /// When it has to be looked at, if its command is to be sent again at `retry_at`; `None` at its end.
    pub fn wakes_at(&self, retry_at: Timestamp) -> Option<Timestamp> {
        match &self.state {
            State::Confirmed | State::Rejected { .. } | State::Cancelled { .. } => None,
            // Sent again by hand only: the shopper takes their time, and the answer comes by itself.
            State::Authorizing { until } => Some(*until),
            State::Window { until } => Some(self.pending().map_or(*until, |_| retry_at.min(*until))),
            State::Reserving
            | State::Committing { .. }
            | State::Capturing { .. }
            | State::Voiding { .. }
            | State::Releasing { .. }
            | State::Restocking { .. }
            | State::Refunding { .. } => Some(retry_at),
        }
    }

    fn is_held_too_short(&self, window_end: Timestamp) -> bool {
        self.held_until.is_none_or(|held| held < window_end + MARGIN)
    }

    fn held(&self, until: Timestamp) -> Self {
        Self { held_until: Some(until), ..self.clone() }
    }

    fn asking_until(&self, hold_until: Timestamp) -> Self {
        Self { hold_until, ..self.clone() }
    }

    fn open_window(&self, until: Timestamp, now: Timestamp) -> Step {
        if until <= now {
            return self.commit();
        }
        let window = State::Window { until };
        if self.is_held_too_short(until) {
            return self.asking_until(until + MARGIN).go(window, Command::RenewReservation);
        }
        Ok(Transition { saga: Self { state: window, ..self.clone() }, commands: vec![] })
    }

    fn stay(&self) -> Step {
        Ok(Transition { saga: self.clone(), commands: vec![] })
    }

    fn go(&self, state: State, command: Command) -> Step {
        let mut sent = self.sent.clone();
        sent.insert(command);
        Ok(Transition { saga: Self { state, sent, ..self.clone() }, commands: vec![command] })
    }

    fn say_again(&self) -> Step {
        Ok(Transition { saga: self.clone(), commands: self.pending().into_iter().collect() })
    }

    fn commit(&self) -> Step {
        self.go(State::Committing { abandoned: false }, Command::CommitStock)
    }

    fn release(&self, reason: EndReason) -> Step {
        self.go(State::Releasing { reason }, Command::ReleaseStock)
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
            | EndReason::CaptureFailed { .. }
            | EndReason::Abandoned => self.go(State::Rejected { reason }, Command::OrderRejected),
        }
    }
}
