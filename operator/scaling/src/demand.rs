//! How many pods the metrics ask for.

use crate::band::{Band, at_least};
use crate::{History, Metric, Moment, Observation, Policy, Reading, Target};

/// The greatest of what all metrics with a value and the queue ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Demand {
    pub asked: u32,
    pub band: Band,
    pub deciding: Option<(usize, f64, Moment)>,
    /// The newest sample is a multiple of what the ready pods should bear.
    pub panic: bool,
}

/// None where there is nothing to tell it by.
pub fn demand(policy: &Policy, history: &History, seen: &Observation<'_>) -> Option<Demand> {
    if seen.is_blind(policy) {
        return None;
    }
    let metrics =
        policy.metrics.iter().zip(seen.readings).enumerate().filter_map(|(index, (metric, reading))| {
            let Reading::Value { value: newest, at } = *reading else { return None };
            // More is answered at once, by the newest sample: whom that is too nervous for has `scaleUp.stabilization`. Less is
            // believed only of the average.
            let value =
                history.average(index, policy, seen.now).map_or(newest, |average| average.max(newest));
            let load = Load { metric, value, policy, seen };
            Some(Demand {
                asked: at_least(load.pods()),
                band: load.band(),
                deciding: Some((index, value, at)),
                panic: Load { value: newest, ..load }.is_panic(),
            })
        });
    let of_metrics = metrics.reduce(Demand::and).unwrap_or_default();
    Some(of_metrics.and(of_queue(policy, seen)))
}

/// What is in the queue needs a pod, and without knowing that there is nothing no service may sleep.
fn of_queue(policy: &Policy, seen: &Observation<'_>) -> Demand {
    let pods = u32::from(seen.backlog.is_some_and(|backlog| backlog.waiting + backlog.unacknowledged > 0.0));
    let awake = u32::from(!policy.queue || seen.backlog.is_none());
    Demand { asked: pods, band: Band { least: pods, most: pods.max(awake) }, deciding: None, panic: false }
}

impl Demand {
    /// Of equals the first decides.
    fn and(self, other: Self) -> Self {
        Self {
            asked: self.asked.max(other.asked),
            band: self.band.and(other.band),
            deciding: if other.asked > self.asked { other.deciding } else { self.deciding },
            panic: self.panic || other.panic,
        }
    }
}

/// One metric's value.
#[derive(Clone, Copy)]
struct Load<'a> {
    metric: &'a Metric,
    value: f64,
    policy: &'a Policy,
    seen: &'a Observation<'a>,
}

impl Load<'_> {
    /// How many pods, in fractions, would bear exactly this.
    fn pods(self) -> f64 {
        match self.metric.target {
            Target::PerPod(target) => self.value / target,
            // Something is never nothing, whoever bears it.
            Target::Whole(_) if self.bearing() == 0 => self.value.min(1.0),
            Target::Whole(target) => f64::from(self.bearing()) * self.value / target,
        }
    }

    fn band(self) -> Band {
        let band = Band::of(self.pods(), self.policy.tolerance);
        if self.is_enough() { band } else { band.and(Band { least: 0, most: self.seen.current }) }
    }

    /// Pods that have made the value what it is: not those that are cold, nor those that an update has too many.
    fn bearing(self) -> u32 {
        self.seen.ready.min(self.seen.current)
    }

    /// Whether fewer pods than there are may do. A value that is not below its target says nothing of pods that are cold.
    fn is_enough(self) -> bool {
        match self.metric.target {
            Target::PerPod(_) => true,
            Target::Whole(target) if self.bearing() > 0 => {
                self.value < target * (1.0 - self.policy.tolerance)
            }
            Target::Whole(_) => self.value == 0.0,
        }
    }

    fn is_panic(self) -> bool {
        self.seen.ready > 0 && self.pods() >= self.policy.panic_threshold * f64::from(self.seen.ready)
    }
}
