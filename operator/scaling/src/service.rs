//! A service that is ticked every 15 s, for tests: what is decided is done at once, and its pods are ready at the next tick.

use std::time::Duration;

use crate::{
    Backlog, Decision, Fallback, History, Metric, Moment, NoData, Observation, OnMissing, Policy, Rate,
    Reading, Rules, Select, Source, Target, Unit, decide,
};

pub const TICK: Duration = Duration::from_secs(15);

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// 1 to 10 pods that bear 100 each, and the usual rest.
pub fn policy() -> Policy {
    Policy {
        min: 1,
        max: 10,
        metrics: vec![metric("load", Target::PerPod(100.0))],
        scale_up: rules(0, &[(Unit::Pods, 4, 15), (Unit::Percent, 100, 15)]),
        scale_down: rules(300, &[(Unit::Percent, 100, 15)]),
        tolerance: 0.1,
        stable_window: seconds(60),
        panic_threshold: 2.0,
        on_missing: OnMissing { hold_for: seconds(600), then: Fallback::Hold },
        queue: false,
    }
}

/// 0 to 10 pods that consume, and should let nothing wait for longer than 10.
pub fn consumer() -> Policy {
    Policy { min: 0, queue: true, metrics: vec![metric("age", Target::Whole(10.0))], ..policy() }
}

pub fn metric(name: &str, target: Target) -> Metric {
    Metric { name: name.to_owned(), source: Source::Query(name.to_owned()), target }
}

pub fn rules(stabilization: u64, rates: &[(Unit, u32, u64)]) -> Rules {
    let rate = |&(unit, value, period)| Rate { unit, value, period: seconds(period) };
    Rules {
        stabilization: seconds(stabilization),
        select: Select::Max,
        rates: rates.iter().map(rate).collect(),
    }
}

#[derive(Clone, Debug)]
pub struct Service {
    pub policy: Policy,
    pub history: History,
    pub now: Moment,
    pub current: u32,
    pub ready: u32,
    pub backlog: Option<Backlog>,
}

impl Service {
    pub fn new(policy: Policy, current: u32) -> Self {
        Self {
            policy,
            history: History::default(),
            now: Moment(1_700_000_000_000),
            current,
            ready: current,
            backlog: None,
        }
    }

    /// One that has been at `values` for so long that nothing of what was before counts.
    pub fn settled(policy: Policy, current: u32, values: &[f64]) -> Self {
        let mut service = Self::new(policy, current);
        service.run(30, values);
        service
    }

    pub fn wait(&mut self, waiting: f64, unacknowledged: f64) {
        self.backlog = Some(Backlog { waiting, unacknowledged });
    }

    pub fn observe(&mut self, readings: &[Reading]) -> Decision {
        let seen = Observation {
            now: self.now,
            current: self.current,
            ready: self.ready,
            readings,
            backlog: self.backlog,
        };
        let (decision, history) = decide(&self.policy, &self.history, &seen);
        self.history = history;
        decision
    }

    pub fn tick_with(&mut self, readings: &[Reading]) -> Decision {
        let decision = self.observe(readings);
        self.current = decision.desired;
        self.ready = decision.desired;
        self.now = self.now.after(TICK);
        decision
    }

    pub fn tick(&mut self, values: &[f64]) -> Decision {
        let readings: Vec<Reading> = values.iter().map(|value| self.value(*value)).collect();
        self.tick_with(&readings)
    }

    /// A tick at which no metric has a value.
    pub fn tick_blind(&mut self) -> Decision {
        let missing = vec![Reading::Missing(NoData::Empty); self.policy.metrics.len()];
        self.tick_with(&missing)
    }

    /// The last of so many ticks.
    pub fn run(&mut self, ticks: usize, values: &[f64]) -> Decision {
        (1..ticks).for_each(|_| drop(self.tick(values)));
        self.tick(values)
    }

    pub fn run_blind(&mut self, ticks: usize) -> Decision {
        (1..ticks).for_each(|_| drop(self.tick_blind()));
        self.tick_blind()
    }

    /// How many ticks it takes until it has `pods`.
    pub fn ticks_until(&mut self, pods: u32, values: &[f64]) -> usize {
        let found = (1..200).find(|_| self.tick(values).desired == pods);
        found.unwrap_or_else(|| panic!("stays at {}", self.current))
    }

    pub fn value(&self, value: f64) -> Reading {
        Reading::Value { value, at: self.now }
    }
}
