//! How long to leave a stack alone after it failed: longer each time in a row, for each stack by itself.
//!
//! `Controller`'s error policy hears of failures only, so successes are told to this table by the reconcile.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::stack_key::StackKey;

const FIRST: Duration = Duration::from_secs(1);
pub const LONGEST: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Failures(Mutex<HashMap<StackKey, u32>>);

impl Failures {
    /// Counts a failure and says how long to wait.
    pub fn failed(&self, stack: &StackKey) -> Duration {
        let in_a_row = self.with(|table| {
            let count = table.entry(stack.clone()).or_insert(0);
            *count = count.saturating_add(1);
            *count
        });
        spread(delay(in_a_row), stack, in_a_row)
    }

    /// Up to now.
    pub fn in_a_row(&self, stack: &StackKey) -> u32 {
        self.with(|table| table.get(stack).copied().unwrap_or(0))
    }

    pub fn succeeded(&self, stack: &StackKey) {
        self.with(|table| table.remove(stack));
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<StackKey, u32>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn delay(in_a_row: u32) -> Duration {
    FIRST.saturating_mul(1 << in_a_row.saturating_sub(1).min(16)).min(LONGEST)
}

/// Up to a quarter longer, by a hash: stacks that failed together don't come back together.
pub fn spread(delay: Duration, stack: &StackKey, turn: u32) -> Duration {
    let mut hasher = DefaultHasher::new();
    (stack, turn).hash(&mut hasher);
    delay + delay.mul_f64((hasher.finish() % 1000) as f64 / 4000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_a_minute_and_starts_over_after_a_success() {
        let failures = Failures::default();
        let stack = StackKey::new("shops", "shop");
        let waits: Vec<u64> = (0..10).map(|_| failures.failed(&stack).as_secs()).collect();
        assert!(waits[0] < 2 && waits[3] >= 8, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 75), "{waits:?}");

        failures.succeeded(&stack);

        assert!(failures.failed(&stack).as_secs() < 2);
    }

    #[test]
    fn one_stack_does_not_wait_for_another() {
        let failures = Failures::default();
        for _ in 0..6 {
            failures.failed(&StackKey::new("shops", "broken"));
        }
        assert!(failures.failed(&StackKey::new("shops", "fine")).as_secs() < 2);
    }
}
