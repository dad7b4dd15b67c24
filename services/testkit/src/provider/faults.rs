//! What goes wrong between the shop and its provider, by script or at random.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Authorize,
    Capture,
    Void,
    Refund,
    /// It asks what became of an earlier one.
    Find,
    Save,
    /// A check of a webhook's signature.
    Verify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Done, and answered after this long.
    Late(Duration),
    /// Done; the connection ends without an answer.
    AnswerLost,
    /// Not done; the connection ends without an answer.
    NeverArrived,
    /// Not done, and it says so: 409, 429, 503.
    Refused(u16),
    /// A 500, although it was done.
    FailedAfter,
    /// A 500, and nothing was done.
    FailedBefore,
}

/// How an event reaches the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub copies: usize,
    /// Before the answer to the call that caused it, else after this long.
    pub before_answer: bool,
    pub after: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { copies: 1, before_answer: false, after: Duration::ZERO }
    }
}

/// No step fails more often than this in a row: a shop that asks on must come to an end.
const MOST_IN_A_ROW: usize = 2;

#[derive(Default)]
pub(super) struct Script {
    pub delivery: Delivery,
    planned: HashMap<Step, VecDeque<Fault>>,
    calls: HashMap<Step, usize>,
    random: Option<StdRng>,
    in_a_row: HashMap<Step, usize>,
}

impl Script {
    pub fn add(&mut self, step: Step, fault: Fault) {
        self.planned.entry(step).or_default().push_back(fault);
    }

    pub fn misbehave(&mut self, seed: u64) {
        self.random = Some(StdRng::seed_from_u64(seed));
    }

    pub fn calls(&self, step: Step) -> usize {
        self.calls.get(&step).copied().unwrap_or_default()
    }

    pub fn next(&mut self, step: Step) -> Fault {
        *self.calls.entry(step).or_default() += 1;
        if let Some(fault) = self.planned.get_mut(&step).and_then(VecDeque::pop_front) {
            return fault;
        }
        let in_a_row = self.in_a_row.entry(step).or_default();
        match &mut self.random {
            Some(random) if *in_a_row < MOST_IN_A_ROW => {
                let fault = at_random(random);
                *in_a_row = if fault == Fault::None { 0 } else { *in_a_row + 1 };
                fault
            }
            _ => {
                *in_a_row = 0;
                Fault::None
            }
        }
    }

    pub fn next_delivery(&mut self) -> Delivery {
        match &mut self.random {
            None => self.delivery,
            Some(random) => Delivery {
                copies: random.random_range(0..4),
                before_answer: random.random_bool(0.3),
                after: Duration::from_millis(random.random_range(0..120)),
            },
        }
    }
}

/// A 500 without any effect is left out: Stripe repeats it for a day, and no shop can do anything about it.
fn at_random(random: &mut StdRng) -> Fault {
    match random.random_range(0..12) {
        0 => Fault::Late(Duration::from_millis(600)),
        1 | 2 => Fault::AnswerLost,
        3 => Fault::NeverArrived,
        4 => Fault::Refused(409),
        5 => Fault::Refused(429),
        6 => Fault::Refused(503),
        7 => Fault::FailedAfter,
        _ => Fault::None,
    }
}
