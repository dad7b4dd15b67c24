//! What a service is scaled by, and how fast: the checked form of `scaling` in the spec.

use std::time::Duration;

use crate::Source;

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub min: u32,
    /// At least 1, and not below `min`.
    pub max: u32,
    pub metrics: Vec<Metric>,
    pub scale_up: Rules,
    pub scale_down: Rules,
    /// Deviations from the target of up to this share change nothing: 0.1.
    pub tolerance: f64,
    /// Over how long samples are averaged: 60 s.
    pub stable_window: Duration,
    /// Where the newest sample asks for so many times the ready pods, it alone counts, and nothing is scaled down: 2.0.
    pub panic_threshold: f64,
    pub on_missing: OnMissing,
    /// It consumes a queue: [`crate::Observation::backlog`] is to be known.
    pub queue: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What status and events call it.
    pub name: String,
    pub source: Source,
    pub target: Target,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// The measured value is of the whole service, and each pod can bear so much: value / target pods.
    PerPod(f64),
    /// The measured value should be this whatever the number of pods: ready * value / target pods.
    Whole(f64),
}

/// One direction, as in an HPA's `behavior`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub stabilization: Duration,
    pub select: Select,
    /// Never empty.
    pub rates: Vec<Rate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    Max,
    Min,
    /// This direction is forbidden.
    Disabled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub unit: Unit,
    pub value: u32,
    pub period: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Pods,
    Percent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnMissing {
    pub hold_for: Duration,
    pub then: Fallback,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    Hold,
    /// The present number, or this one where that is lower.
    CurrentIfHigher(u32),
    Static(u32),
}
