//! When a provider whose answer was lost is asked again.

use chrono::TimeDelta;

/// In seconds; the last one repeats for ever, for an unknown outcome is never guessed.
const PAUSES: [i64; 5] = [1, 5, 30, 120, 600];

/// After `asks` times without an answer. `jitter` in 0..1 spreads by a fifth, so that many don't ask at once.
pub fn ask_again_after(asks: i32, jitter: f64) -> TimeDelta {
    let step = usize::try_from(asks.saturating_sub(1)).unwrap_or_default().min(PAUSES.len() - 1);
    let pause_ms = PAUSES[step] * 1_000;
    #[expect(clippy::cast_possible_truncation, reason = "a fifth of ten minutes fits")]
    let more_ms = (jitter.clamp(0.0, 1.0) * 0.2 * pause_ms as f64) as i64;
    TimeDelta::milliseconds(pause_ms + more_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_then_stay() {
        let seconds: Vec<i64> = (0..8).map(|asks| ask_again_after(asks, 0.0).num_seconds()).collect();
        assert_eq!(seconds, [1, 1, 5, 30, 120, 600, 600, 600]);
    }

    #[test]
    fn jitter_adds_at_most_a_fifth() {
        assert_eq!(ask_again_after(1, 1.0), TimeDelta::milliseconds(1_200));
        assert_eq!(ask_again_after(1, 7.0), TimeDelta::milliseconds(1_200));
    }
}
