//! What the autoscaler counts.

use std::time::Duration;

use contracts::Role;
use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry};

use super::NAMESPACE;
use super::per_stack::PerStack;
use crate::stack_key::StackKey;

#[derive(Clone)]
pub struct ScalingMetrics {
    decisions: IntCounterVec,
    held: IntGauge,
    desired: PerStack,
    decision_seconds: Histogram,
    tick_seconds: Histogram,
}

const UP: &str = "up";
const DOWN: &str = "down";

impl ScalingMetrics {
    pub fn new(registry: &Registry) -> Self {
        let named =
            |name: &str, help: &str| Opts::new(name, help).namespace(NAMESPACE).subsystem("autoscaling");
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            let options = HistogramOpts::from(named(name, help)).buckets(buckets.to_vec());
            Histogram::with_opts(options).expect("the buckets ascend")
        };
        let decisions = named("decisions_total", "Changes of a number of pods that were written");
        let decisions = IntCounterVec::new(decisions, &["direction"]).expect("the name is valid");
        for direction in [UP, DOWN] {
            decisions.with_label_values(&[direction]);
        }
        let held = named("held_services", "Services whose number of pods somebody holds");
        let held = IntGauge::with_opts(held).expect("the name is valid");
        let desired = named("desired_replicas", "The number of pods that was decided on");
        let desired = PerStack::registered(registry, desired, "service");
        let decision_seconds = histogram(
            "decision_seconds",
            "From the time of a sample to the write that it led to",
            &[0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0],
        );
        let tick_seconds = histogram(
            "tick_seconds",
            "From the first query of a tick to the last decision",
            &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0],
        );
        let metrics = Self { decisions, held, desired, decision_seconds, tick_seconds };
        metrics.register(registry);
        metrics
    }

    fn register(&self, registry: &Registry) {
        let all: [Box<dyn prometheus::core::Collector>; 4] = [
            Box::new(self.decisions.clone()),
            Box::new(self.held.clone()),
            Box::new(self.decision_seconds.clone()),
            Box::new(self.tick_seconds.clone()),
        ];
        for one in all {
            registry.register(one).expect("names are unique");
        }
    }

    /// `latency`: since the sample that asked for it was taken, where one did.
    pub fn scaled(&self, up: bool, latency: Option<Duration>) {
        self.decisions.with_label_values(&[if up { UP } else { DOWN }]).inc();
        if let Some(latency) = latency {
            self.decision_seconds.observe(latency.as_secs_f64());
        }
    }

    pub fn desires(&self, stack: &StackKey, role: Role, replicas: u32) {
        self.desired.set(stack, role.name(), i64::from(replicas));
    }

    pub fn forgets(&self, stack: &StackKey, role: Role) {
        self.desired.remove(stack, role.name());
    }

    pub fn holds(&self, services: usize) {
        self.held.set(i64::try_from(services).unwrap_or(i64::MAX));
    }

    pub fn ticked(&self, took: Duration) {
        self.tick_seconds.observe(took.as_secs_f64());
    }
}
