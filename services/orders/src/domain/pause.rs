//! How long a saga waits for an answer before it asks again, and when that counts as stuck.

use chrono::TimeDelta;
use kernel::Timestamp;

/// The first wait before a command is sent again, and the longest one.
const FIRST_SECONDS: u32 = 10;
const LONGEST_SECONDS: u32 = 300;

/// A saga is stuck when it has asked so often in vain (over a minute by then), or when its deadline has passed so
/// long ago without anybody looking at it.
pub const STUCK_ATTEMPTS: u32 = 3;
pub const STUCK_AFTER: TimeDelta = TimeDelta::seconds(30);

pub fn is_stuck(attempts: u32, deadline: Option<Timestamp>, now: Timestamp) -> bool {
    deadline.is_some_and(|deadline| attempts >= STUCK_ATTEMPTS || deadline < now - STUCK_AFTER)
}

/// Doubles from try to try up to the longest; `spread` (0 to 1) takes up to a quarter off, so that sagas which
/// stopped together don't come back together.
pub fn pause(attempts: u32, spread: f64) -> TimeDelta {
    let seconds = FIRST_SECONDS.saturating_mul(1 << attempts.min(10)).min(LONGEST_SECONDS);
    let off = f64::from(seconds) * 250.0 * spread.clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, reason = "at most 75,000")]
    let off = off as i64;
    TimeDelta::milliseconds(i64::from(seconds) * 1000 - off)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pauses_grow_and_stay_bounded(attempts in 0_u32..100, spread in 0.0..1.0, other in 0.0..1.0) {
            let (shorter, longer) = (pause(attempts, spread), pause(attempts + 1, other));
            prop_assert!(shorter >= TimeDelta::milliseconds(7_500));
            prop_assert!(longer <= TimeDelta::seconds(300));
            prop_assert!(shorter < longer || shorter >= TimeDelta::seconds(225));
        }
    }
}
