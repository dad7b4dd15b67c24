//! When what could not be sent is tried again, and when it is given up.

use chrono::TimeDelta;

/// In seconds, before the second attempt and each after it: about an hour in all.
const PAUSES: [i64; 5] = [30, 120, 300, 900, 2_100];

pub const MAX_ATTEMPTS: i32 = 6;

/// What a provider asks for counts, up to this: later it would be news no more.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// After `attempts` in vain; `None`: given up. `jitter` in 0..1 spreads by a fifth, so that many don't come at once.
pub fn try_again_after(attempts: i32, asked_for: Option<TimeDelta>, jitter: f64) -> Option<TimeDelta> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(PAUSES.len() - 1);
    let pause = TimeDelta::seconds(PAUSES[step]).max(asked_for.unwrap_or_default().min(LONGEST));
    #[expect(clippy::cast_possible_truncation, reason = "a fifth of an hour fits")]
    let more_ms = (jitter.clamp(0.0, 1.0) * 0.2 * pause.num_milliseconds() as f64) as i64;
    Some(pause + TimeDelta::milliseconds(more_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_attempts_take_about_an_hour() {
        let pauses: Vec<i64> = (1..10)
            .map_while(|attempts| try_again_after(attempts, None, 0.0))
            .map(|pause| pause.num_seconds())
            .collect();
        assert_eq!(pauses, [30, 120, 300, 900, 2_100]);
        assert_eq!(pauses.len() + 1, usize::try_from(MAX_ATTEMPTS).unwrap());
        assert_eq!(pauses.iter().sum::<i64>(), 57 * 60 + 30);
    }

    #[test]
    fn a_provider_is_left_alone_as_long_as_it_asks_for_but_not_for_ever() {
        let asked =
            |seconds| try_again_after(1, Some(TimeDelta::seconds(seconds)), 0.0).unwrap().num_seconds();
        assert_eq!((asked(5), asked(90), asked(86_400)), (30, 90, 3_600));
        assert_eq!(try_again_after(MAX_ATTEMPTS, Some(TimeDelta::seconds(1)), 0.0), None);
    }

    #[test]
    fn jitter_adds_at_most_a_fifth() {
        assert_eq!(try_again_after(1, None, 1.0), Some(TimeDelta::seconds(36)));
        assert_eq!(try_again_after(1, None, 7.0), Some(TimeDelta::seconds(36)));
    }
}
