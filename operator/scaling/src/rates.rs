//! How far the number of pods may go in how long.

use std::time::Duration;

use crate::tick::Tick;
use crate::{Rate, Rules, Select, Unit};

/// A tick may come a little early; a period of a tick would be missed by that, and half the ticks with it.
const PERIOD_SHARE: f64 = 0.95;

/// Which of two.
type Choice = fn(u32, u32) -> u32;

impl Tick<'_> {
    /// From the present number as far towards `pods` as the rates allow.
    pub fn rated(&self, pods: u32) -> u32 {
        let Self { policy, history, seen } = self;
        let counts = |rate: &Rate| history.counts(seen.now, rate.period.mul_f64(PERIOD_SHARE));
        if pods > seen.current {
            // Of no pod every share is none.
            let above = |rate: &Rate| rate.above(counts(rate).min().unwrap_or(seen.current)).max(1);
            let most = policy.scale_up.limit(above, u32::max, u32::min);
            pods.min(most.unwrap_or(seen.current).max(seen.current))
        } else {
            let below = |rate: &Rate| rate.below(counts(rate).max().unwrap_or(seen.current));
            let least = policy.scale_down.limit(below, u32::min, u32::max);
            pods.max(least.unwrap_or(seen.current).min(seen.current))
        }
    }
}

impl Rules {
    /// The limit of the rate that counts. None: this direction is forbidden.
    fn limit(&self, of: impl Fn(&Rate) -> u32, farther: Choice, nearer: Choice) -> Option<u32> {
        let limits = self.rates.iter().map(of);
        match self.select {
            Select::Max => limits.reduce(farther),
            Select::Min => limits.reduce(nearer),
            Select::Disabled => None,
        }
    }

    pub(crate) fn longest_period(&self) -> Duration {
        self.rates.iter().map(|rate| rate.period).max().unwrap_or_default()
    }
}

impl Rate {
    fn above(&self, count: u32) -> u32 {
        match self.unit {
            Unit::Pods => count.saturating_add(self.value),
            Unit::Percent => share(count, 100_u64 + u64::from(self.value), u64::div_ceil),
        }
    }

    fn below(&self, count: u32) -> u32 {
        match self.unit {
            Unit::Pods => count.saturating_sub(self.value),
            Unit::Percent => share(count, 100_u64.saturating_sub(self.value.into()), |all, part| all / part),
        }
    }
}

fn share(count: u32, percent: u64, divide: fn(u64, u64) -> u64) -> u32 {
    u32::try_from(divide(u64::from(count) * percent, 100)).unwrap_or(u32::MAX)
}
