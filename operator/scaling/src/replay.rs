//! The decisions that a policy would have made of what was measured, and what they come to.

mod figures;
mod picture;
mod pods;
mod table;

use std::time::Duration;

use crate::{Backlog, Decision, History, Moment, Observation, Policy, Reading, decide};

pub use figures::Figures;

use self::pods::Pods;

/// How the world answers to decisions.
#[derive(Clone, Copy, Debug)]
pub struct World {
    pub from: Moment,
    pub to: Moment,
    pub tick: Duration,
    /// Pods at the start, which are ready.
    pub start: u32,
    /// From a pod's creation until it is ready.
    pub pod_start: Duration,
}

/// What was decided at a tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub at: Moment,
    pub readings: Vec<Reading>,
    pub backlog: Option<Backlog>,
    /// Pods that were ready then.
    pub ready: u32,
    pub decision: Decision,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    policy: Policy,
    pub steps: Vec<Step>,
}

/// What `policy` makes of what was `measured` at each tick: a reading for each metric, and the queue.
pub fn replay(
    policy: &Policy,
    world: World,
    measured: impl Fn(Moment) -> (Vec<Reading>, Option<Backlog>),
) -> Timeline {
    let (mut history, mut pods) = (History::default(), Pods::ready(world.start));
    let (mut steps, mut now) = (Vec::new(), world.from);
    while now <= world.to {
        let (readings, backlog) = measured(now);
        let ready = pods.ready_at(now);
        let seen = Observation { now, current: pods.count(), ready, readings: &readings, backlog };
        let (decision, next) = decide(policy, &history, &seen);
        history = next;
        pods.become_so_many(decision.desired, now.after(world.pod_start));
        steps.push(Step { at: now, readings, backlog, ready, decision });
        now = now.after(world.tick.max(Duration::from_millis(1)));
    }
    Timeline { policy: policy.clone(), steps }
}

#[cfg(test)]
mod tests;
