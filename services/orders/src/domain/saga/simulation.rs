//! Sagas against participants that keep their contracts, over a network that delays, reorders and repeats.

use std::collections::VecDeque;

use contracts::api::payments::DeclineReason;
use kernel::{Clock, Currency, Money};
use proptest::prelude::*;

use super::*;

/// What a participant knows of the order, as in contracts' messages: each answers its commands for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stock {
    Unknown,
    Held,
    Short,
    Expired,
    Released,
    Committed,
    Restocked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payment {
    Unknown,
    Asked,
    Authorized,
    Failed,
    Voided,
    Captured,
    CaptureFailed,
    Refunded,
}

#[derive(Clone, Debug)]
enum Mail {
    ToParticipant(Command),
    ToSaga(Event),
}

struct World {
    saga: Saga,
    now: Timestamp,
    window: TimeDelta,
    stock: Stock,
    payment: Payment,
    /// Until when inventory holds the lines.
    held_until: Timestamp,
    network: VecDeque<Mail>,
    committed: bool,
    captures: u32,
    refunds: u32,
}

/// What happens next; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Act {
    Deliver {
        which: usize,
        luck: bool,
    },
    DeliverTwice {
        which: usize,
        luck: bool,
    },
    Submit {
        approved: bool,
    },
    Expire,
    Cancel,
    /// By an operator.
    Retry,
    Abandon,
    Wait {
        seconds: i64,
    },
}

impl World {
    fn new(window: i64) -> Self {
        let (now, window) = (Clock::default().now(), TimeDelta::seconds(window));
        let (saga, commands) = Saga::begin(at(now, window));
        let mut world = Self {
            saga,
            now,
            window,
            held_until: now,
            stock: Stock::Unknown,
            payment: Payment::Unknown,
            network: VecDeque::new(),
            committed: false,
            captures: 0,
            refunds: 0,
        };
        world.send(commands);
        world
    }

    fn moment(&self) -> Moment {
        at(self.now, self.window)
    }

    fn send(&mut self, commands: Vec<Command>) {
        use Command::*;
        let asks = |command: &Command| {
            !matches!(command, OrderCreated | OrderConfirmed | OrderRejected | OrderCancelled)
        };
        self.network.extend(commands.into_iter().filter(asks).map(Mail::ToParticipant));
    }

    /// Nothing that participants who keep their contracts say may be illegal.
    fn tell(&mut self, event: &Event) {
        let before = self.saga.clone();
        match before.step(event, self.moment()) {
            Ok(Transition { saga, commands }) => {
                self.saga = saga;
                self.send(commands);
            }
            Err(illegal) => assert!(
                matches!(event, Event::CancelRequested | Event::Retried | Event::Abandoned),
                "{illegal}; sent {:?}",
                before.sent
            ),
        }
        self.check();
    }

    fn check(&self) {
        match self.saga.state {
            State::Confirmed => {
                assert!(self.committed && self.stock == Stock::Committed, "confirmed without the goods");
                assert_eq!(self.payment, Payment::Captured, "confirmed without the money");
            }
            State::Rejected { .. } | State::Cancelled { .. } => {
                assert!(!matches!(self.stock, Stock::Held | Stock::Committed), "{:?} left", self.stock);
                assert!(
                    !matches!(self.payment, Payment::Authorized | Payment::Captured),
                    "{:?} left",
                    self.payment
                );
            }
            _ => {}
        }
        assert!(self.captures <= 1 && self.refunds <= self.captures);
    }

    fn deliver(&mut self, mail: Mail, luck: bool) {
        match mail {
            Mail::ToSaga(event) => self.tell(&event),
            Mail::ToParticipant(command) => {
                let answer = self.inventory(command, luck).or_else(|| self.payments(command, luck));
                self.network.extend(answer.map(Mail::ToSaga));
            }
        }
    }

    fn inventory(&mut self, command: Command, luck: bool) -> Option<Event> {
        use Stock::*;
        let reserved = Event::StockReserved { expires_at: self.held_until };
        let rejected = Event::StockRejected { shortages: vec![] };
        let (next, answer) = match (command, self.stock) {
            (Command::ReserveStock, Unknown) if luck => {
                // Shorter than asked at times: then it has to be renewed.
                self.held_until = self.now + TimeDelta::seconds(200);
                (Held, Event::StockReserved { expires_at: self.held_until })
            }
            (Command::ReserveStock, Unknown) => (Short, rejected),
            (Command::ReserveStock, stock @ (Held | Committed)) => (stock, reserved),
            (Command::ReserveStock, Expired) => (Expired, Event::StockReleased),
            // From here on both are within the contract for a repeated command that is late.
            (Command::ReserveStock, Released) if luck => (Released, Event::StockReleased),
            (Command::ReserveStock, Restocked) if luck => (Restocked, reserved),
            (Command::ReserveStock, stock) => (stock, rejected),
            (Command::RenewReservation, Held) => {
                self.held_until = self.held_until.max(self.saga.hold_until);
                (Held, Event::StockReserved { expires_at: self.held_until })
            }
            // What has left the shelf is no longer held; both answers are within the contract.
            (Command::RenewReservation, stock @ (Committed | Restocked)) if luck => (stock, reserved),
            (Command::RenewReservation, Unknown) => panic!("renewed what was never asked for"),
            (Command::RenewReservation, stock) => (stock, Event::StockReleased),
            (Command::ReleaseStock, Committed) => panic!("released what had left the shelf"),
            (Command::ReleaseStock, _) => (Released, Event::StockReleased),
            (Command::CommitStock, Held | Committed) => {
                self.committed = true;
                (Committed, Event::StockCommitted)
            }
            (Command::CommitStock, Restocked) if luck => (Restocked, Event::StockCommitted),
            (Command::CommitStock, stock) => (stock, Event::StockCommitFailed),
            (Command::RestockItems, Committed | Restocked) => (Restocked, Event::StockRestocked),
            (Command::RestockItems, stock) => panic!("restocked what is {stock:?}"),
            _ => return None,
        };
        self.stock = next;
        Some(answer)
    }

    fn payments(&mut self, command: Command, luck: bool) -> Option<Event> {
        use Payment::*;
        let failed = Event::PaymentFailed { reason: DeclineReason::CardDeclined };
        let capture_failed = Event::PaymentCaptureFailed { reason: DeclineReason::CaptureRefused };
        let (next, answer) = match (command, self.payment) {
            (Command::AuthorizePayment, Unknown) => (Asked, None),
            (Command::AuthorizePayment, Failed) => (Failed, Some(failed)),
            (Command::AuthorizePayment, Voided) if luck => (Voided, Some(failed)),
            (Command::AuthorizePayment, Voided) => (Voided, Some(Event::PaymentVoided)),
            (Command::AuthorizePayment, Asked) => (Asked, None),
            (Command::AuthorizePayment, payment) => (payment, Some(authorized())),
            (Command::VoidPayment, Captured | Refunded) => panic!("voided what was captured"),
            (Command::VoidPayment, _) => (Voided, Some(Event::PaymentVoided)),
            (Command::CapturePayment, Authorized) if luck => {
                self.captures += 1;
                (Captured, Some(Event::PaymentSucceeded { amount: amount() }))
            }
            (Command::CapturePayment, Authorized | CaptureFailed) => (CaptureFailed, Some(capture_failed)),
            (Command::CapturePayment, Captured) => {
                (Captured, Some(Event::PaymentSucceeded { amount: amount() }))
            }
            (Command::CapturePayment, Refunded) if luck => {
                (Refunded, Some(Event::PaymentSucceeded { amount: amount() }))
            }
            (Command::CapturePayment, payment @ (Voided | Refunded)) => (payment, Some(capture_failed)),
            (Command::CapturePayment, payment) => panic!("captured what is {payment:?}"),
            (Command::RefundPayment, Captured | Refunded) => {
                self.refunds += u32::from(self.payment == Captured);
                (Refunded, Some(Event::PaymentRefunded { amount: amount() }))
            }
            (Command::RefundPayment, payment) => panic!("refunded what is {payment:?}"),
            _ => return None,
        };
        self.payment = next;
        answer
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Deliver { which, luck } if !self.network.is_empty() => {
                let mail = self.network.remove(which % self.network.len()).unwrap();
                self.deliver(mail, luck);
            }
            Act::DeliverTwice { which, luck } if !self.network.is_empty() => {
                let mail = self.network[which % self.network.len()].clone();
                self.deliver(mail, luck);
            }
            Act::Deliver { .. } | Act::DeliverTwice { .. } => {}
            Act::Submit { approved } if self.payment == Payment::Asked => {
                let failed = Event::PaymentFailed { reason: DeclineReason::CardDeclined };
                self.payment = if approved { Payment::Authorized } else { Payment::Failed };
                self.network.push_back(Mail::ToSaga(if approved { authorized() } else { failed }));
            }
            Act::Submit { .. } => {}
            Act::Expire if self.stock == Stock::Held => self.stock = Stock::Expired,
            Act::Expire => {}
            Act::Cancel => self.tell(&Event::CancelRequested),
            Act::Retry => self.tell(&Event::Retried),
            Act::Abandon => self.tell(&Event::Abandoned),
            Act::Wait { seconds } => {
                self.now += TimeDelta::seconds(seconds);
                self.tell(&Event::DeadlinePassed);
            }
        }
    }
}

fn at(now: Timestamp, cancellation_window: TimeDelta) -> Moment {
    let timings = Timings { cancellation_window, payment_timeout: TimeDelta::seconds(900) };
    Moment { now, timings, spread: 0.5 }
}

fn amount() -> Money {
    Money::new(1999, Currency::Eur)
}

fn authorized() -> Event {
    Event::PaymentAuthorized { amount: amount(), capture_before: None }
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (any::<usize>(), prop::bool::weighted(0.8)).prop_map(|(which, luck)| Act::Deliver { which, luck }),
        4 => (any::<usize>(), prop::bool::weighted(0.8)).prop_map(|(which, luck)| Act::DeliverTwice { which, luck }),
        3 => prop::bool::weighted(0.8).prop_map(|approved| Act::Submit { approved }),
        1 => Just(Act::Expire),
        1 => Just(Act::Cancel),
        1 => Just(Act::Retry),
        1 => Just(Act::Abandon),
        3 => (0_i64..1000).prop_map(|seconds| Act::Wait { seconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_happens_nothing_is_left_over_and_every_saga_ends(
        window in prop_oneof![Just(0_i64), Just(30)],
        acts in prop::collection::vec(acts(), 0..60),
        luck in any::<bool>(),
    ) {
        let mut world = World::new(window);
        for act in &acts {
            world.act(act);
        }
        // From here on messages flow, and commands are sent again where one was lost.
        for _ in 0..20 {
            world.act(&Act::Wait { seconds: 1000 });
            while let Some(mail) = world.network.pop_front() {
                world.deliver(mail, luck);
            }
        }
        prop_assert!(world.saga.state.is_final(), "stuck in {:?}", world.saga.state);
        world.check();
    }

    #[test]
    fn a_lost_message_only_delays(losses in prop::collection::vec(any::<bool>(), 0..40)) {
        let mut world = World::new(30);
        let mut losses = losses.into_iter();
        for _ in 0..120 {
            while let Some(mail) = world.network.pop_front() {
                if !losses.next().unwrap_or(false) {
                    world.deliver(mail, true);
                }
            }
            world.act(&Act::Submit { approved: true });
            world.act(&Act::Wait { seconds: 40 });
        }
        prop_assert!(world.saga.state.is_final(), "stuck in {:?}", world.saga.state);
    }
}
