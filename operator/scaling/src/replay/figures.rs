//! What a timeline comes to.

use std::fmt;

use super::{Step, Timeline};
use crate::HeldBack;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    pub minutes: f64,
    pub changes: usize,
    pub most_pods: u32,
    /// Pods at the most beyond what the metrics asked for at the most.
    pub overshoot: u32,
    pub pod_minutes: f64,
    /// With the greatest number of pods all the time.
    pub fixed_pod_minutes: f64,
    /// In which fewer pods were ready than the metrics asked for, by more than the tolerance.
    pub short_seconds: f64,
}

impl Timeline {
    pub fn figures(&self) -> Figures {
        let policy = &self.policy;
        let asked = |step: &Step| step.decision.asked.map(|pods| pods.max(policy.min).min(policy.max));
        // Each decision lasts until the next one.
        let lasting = |weight: &dyn Fn(&Step) -> f64| -> f64 {
            let pairs = self.steps.windows(2);
            pairs.map(|pair| weight(&pair[0]) * pair[1].at.since(pair[0].at).as_secs_f64()).sum()
        };
        let minutes = lasting(&|_| 1.0) / 60.0;
        let most_pods = self.steps.iter().map(|step| step.decision.desired).max().unwrap_or(0);
        let most_asked = self.steps.iter().filter_map(asked).max().unwrap_or(most_pods);
        let is_short = |step: &Step| {
            let tolerated =
                step.decision.held_back == Some(HeldBack::Tolerance) && step.ready >= step.decision.desired;
            !tolerated && asked(step).is_some_and(|asked| asked > step.ready)
        };
        Figures {
            minutes,
            changes: self
                .steps
                .windows(2)
                .filter(|pair| pair[0].decision.desired != pair[1].decision.desired)
                .count(),
            most_pods,
            overshoot: most_pods.saturating_sub(most_asked),
            pod_minutes: lasting(&|step| f64::from(step.decision.desired)) / 60.0,
            fixed_pod_minutes: minutes * f64::from(policy.max),
            short_seconds: lasting(&|step| if is_short(step) { 1.0 } else { 0.0 }),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minutes, changes, most_pods, overshoot, pod_minutes, fixed_pod_minutes, short_seconds } =
            self;
        write!(
            f,
            "{changes} changes in {minutes:.0} min; at most {most_pods} pods, {overshoot} more than asked for; \
             {pod_minutes:.1} pod-minutes of {fixed_pod_minutes:.1} with max all the time; {short_seconds:.0} s short of pods"
        )
    }
}
