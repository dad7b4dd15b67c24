//! When a provider is asked again.

use chrono::TimeDelta;

/// In seconds: 5 s, 30 s, 5 min, 1 h.
const PAUSES: [i64; 4] = [5, 30, 300, 3_600];

/// After `asks` times without an answer; `None`: a person must find out, for an outcome is never guessed.
pub fn ask_again_after(asks: i32, jitter: f64) -> Option<TimeDelta> {
    let step = usize::try_from(asks.saturating_sub(1)).unwrap_or_default();
    PAUSES.get(step).map(|seconds| jittered(*seconds, jitter))
}

/// After `refusals` of what has to be done in the end: the last pause repeats for ever.
pub fn ask_anew_after(refusals: i32, jitter: f64) -> TimeDelta {
    let step = usize::try_from(refusals.saturating_sub(1)).unwrap_or_default().min(PAUSES.len() - 1);
    jittered(PAUSES[step], jitter)
}

/// `jitter` in 0..1 spreads by a fifth, so that many don't ask at once.
fn jittered(seconds: i64, jitter: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "a fifth of an hour fits")]
    let more_ms = (jitter.clamp(0.0, 1.0) * 200.0 * seconds as f64) as i64;
    TimeDelta::milliseconds(seconds * 1_000 + more_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_outcome_is_asked_for_four_times_more_and_then_a_person_is() {
        let seconds: Vec<Option<i64>> =
            (0..7).map(|asks| ask_again_after(asks, 0.0).map(|pause| pause.num_seconds())).collect();
        let expected = [Some(5), Some(5), Some(30), Some(300), Some(3_600), None, None];
        assert_eq!(seconds, expected);
    }

    #[test]
    fn what_is_refused_is_asked_for_anew_for_ever() {
        let seconds: Vec<i64> = (1..7).map(|refusals| ask_anew_after(refusals, 0.0).num_seconds()).collect();
        assert_eq!(seconds, [5, 30, 300, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn jitter_adds_at_most_a_fifth() {
        assert_eq!(ask_again_after(1, 1.0), Some(TimeDelta::milliseconds(6_000)));
        assert_eq!(ask_anew_after(4, 7.0), TimeDelta::milliseconds(4_320_000));
    }
}
