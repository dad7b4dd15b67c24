//! A circuit breaker per service: who does not answer at all is left alone for a moment, and asked by one request then.
//!
//! Requests to it are answered at once meanwhile, instead of each waiting for its time limit and holding what it holds.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row, without any answer between them; an error that the service answers is an answer.
const TOLERATED: u32 = 5;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Nobody asks before.
    closed_again_at: Option<Instant>,
}

impl Breaker {
    /// Whether the service may be asked now. After a pause it is one request that may; the others wait for what comes of it.
    pub fn admits(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.closed_again_at {
            None => true,
            Some(at) if now < at => false,
            Some(_) => {
                // If this one never comes back, the next may try after another pause.
                state.closed_again_at = Some(now + pause(state.failures));
                true
            }
        }
    }

    pub fn answered(&self) {
        *self.state() = State::default();
    }

    /// Whether it is left alone now.
    pub fn failed(&self, now: Instant) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= TOLERATED {
            state.closed_again_at = Some(now + pause(state.failures));
        }
        state.closed_again_at.is_some()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Twice as long with each further failure.
fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(TOLERATED).min(10);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_in_a_row_are_enough_and_an_answer_makes_up_for_all() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..4 {
            assert!(!breaker.failed(now));
        }
        breaker.answered();
        for _ in 0..4 {
            assert!(!breaker.failed(now) && breaker.admits(now));
        }
        assert!(breaker.failed(now));
        assert!(!breaker.admits(now));
    }

    #[test]
    fn after_the_pause_one_request_asks_and_its_outcome_decides() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (0..TOLERATED).for_each(|_| _ = breaker.failed(now));
        let later = now + FIRST_PAUSE;
        assert!(breaker.admits(later));
        assert!(!breaker.admits(later), "the others wait");
        breaker.failed(later);
        assert!(!breaker.admits(later + FIRST_PAUSE), "the pause is longer now");
        assert!(breaker.admits(later + 2 * FIRST_PAUSE));
        breaker.answered();
        assert!(breaker.admits(later) && breaker.admits(later));
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let pauses: Vec<u64> = (5..12).map(|failures| pause(failures).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 8, 8, 8]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
