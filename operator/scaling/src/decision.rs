//! The decision itself.

use crate::{Backlog, Moment, NoData, Policy, Reading};

/// What is known at a tick.
#[derive(Clone, Debug)]
pub struct Observation<'a> {
    pub now: Moment,
    /// `spec.replicas`: what was last asked for, by anybody.
    pub current: u32,
    /// Pods that are ready. Cold ones count for nothing.
    pub ready: u32,
    /// One for each metric of the policy, in its order.
    pub readings: &'a [Reading],
    /// Of a service with a queue; `None` also when it is not known.
    pub backlog: Option<Backlog>,
}

/// What went before: samples, asked-for numbers and changes, no older than the longest window of the policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {}

/// How many pods there should be, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Within min and max.
    pub desired: u32,
    /// Pods that the metrics ask for, before anything holds that back; none without a value.
    pub asked: Option<u32>,
    /// The metric that asked for the most, by its place in the policy, and the value that it asked with. None where messages
    /// in the queue asked, or nothing did.
    pub deciding: Option<(usize, f64, Moment)>,
    /// What kept `desired` from being what the metrics ask for.
    pub held_back: Option<HeldBack>,
    /// The first metric without a value, by its place in the policy. None while nobody is there to measure: a service asleep.
    pub missing: Option<(usize, NoData)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What `policy` makes of `seen` after `history`, and the history of the next tick.
pub fn decide(policy: &Policy, history: &History, seen: &Observation<'_>) -> (Decision, History) {
    let _ = (policy, history, seen);
    unimplemented!()
}
