//! The decision itself.

use crate::band::Band;
use crate::demand::demand;
use crate::number::Number;
use crate::tick::Tick;
use crate::{History, Moment, NoData, Observation, Policy};

/// How many pods there should be, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Within min and max.
    pub desired: u32,
    /// Pods that the metrics ask for, before anything holds that back; none without a value.
    pub asked: Option<u32>,
    /// The metric that asked for the most, by its place in the policy, and the value that it asked with: the newest or the
    /// average, whichever is greater. None where no metric has a value, or messages in the queue asked for more.
    pub deciding: Option<(usize, f64, Moment)>,
    /// What kept `desired` from being what the metrics ask for.
    pub held_back: Option<HeldBack>,
    /// The first metric without a value, by its place in the policy. None while nobody is there to measure: a service asleep.
    pub missing: Option<(usize, NoData)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBack {
    Tolerance,
    Rate,
    Stabilization,
    Minimum,
    Maximum,
    /// Some metric has no value.
    Missing,
    /// A consumer's queue grows, or messages are unacknowledged.
    Queue,
    /// No full window has been seen yet, or a panic is not over.
    Warmup,
}

impl HeldBack {
    pub fn name(self) -> &'static str {
        match self {
            Self::Tolerance => "Tolerance",
            Self::Rate => "Rate",
            Self::Stabilization => "Stabilization",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
            Self::Missing => "Missing",
            Self::Queue => "Queue",
            Self::Warmup => "Warmup",
        }
    }
}

/// What `policy` makes of `seen` after `history`, and the history of the next tick.
pub fn decide(policy: &Policy, history: &History, seen: &Observation<'_>) -> (Decision, History) {
    let mut history = history.with(policy, seen);
    let demand = demand(policy, &history, seen);
    if demand.is_some_and(|demand| demand.panic) {
        history.note_panic(seen.now);
    }
    let tick = Tick { policy, history: &history, seen };

    let number = match demand {
        None => Number { pods: tick.fallback(), held_back: Some(HeldBack::Missing) },
        Some(demand) => Number { pods: demand.asked, held_back: None }
            .then(HeldBack::Minimum, |pods| pods.max(policy.min))
            .then(HeldBack::Maximum, |pods| pods.min(policy.max))
            .then(HeldBack::Tolerance, |_| tick.tolerated(demand.band))
            .then_where(tick.forbids_less(), |pods| pods.max(seen.current))
            .then(HeldBack::Stabilization, |pods| tick.stabilized(demand.band, pods)),
    };
    let number = number
        .then(HeldBack::Rate, |pods| tick.rated(pods))
        .then(HeldBack::Minimum, |pods| pods.max(policy.min))
        .then(HeldBack::Maximum, |pods| pods.min(policy.max));

    history.note_band(demand.map_or(Band::only(seen.current), |demand| demand.band), seen);
    history.note_count(seen.now, number.pods);
    let decision = Decision {
        desired: number.pods,
        asked: demand.map(|demand| demand.asked),
        deciding: demand.and_then(|demand| demand.deciding),
        held_back: number.held_back,
        missing: seen.missing(policy),
    };
    (decision, history)
}

#[cfg(test)]
mod tests;
