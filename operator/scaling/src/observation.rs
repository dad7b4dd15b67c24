//! What is known at a tick.

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

impl Observation<'_> {
    /// Whether everything is known that a scale-in needs.
    pub(crate) fn is_complete(&self, policy: &Policy) -> bool {
        let queue = !policy.queue || self.backlog.is_some();
        queue && self.readings.iter().all(|reading| matches!(reading, Reading::Value { .. }))
    }

    /// Whether nothing is known that any number of pods follows from.
    pub(crate) fn is_blind(&self, policy: &Policy) -> bool {
        !self.is_asleep(policy) && self.readings.iter().all(|reading| matches!(reading, Reading::Missing(_)))
    }

    /// The first metric without a value, unless there is nobody to tell it.
    pub(crate) fn missing(&self, policy: &Policy) -> Option<(usize, NoData)> {
        let mut readings = self.readings.iter().enumerate();
        let missing = readings.find_map(|(index, reading)| match reading {
            Reading::Value { .. } => None,
            Reading::Missing(why) => Some((index, why.clone())),
        });
        missing.filter(|_| !self.is_asleep(policy))
    }

    /// No pod, so none that measures: what wakes it is its queue.
    fn is_asleep(&self, policy: &Policy) -> bool {
        self.current == 0 && policy.queue && self.backlog.is_some()
    }
}
