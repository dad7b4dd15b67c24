//! A load that wavers around one value.

use proptest::collection::vec;
use proptest::prelude::*;

use super::anything::MOST;
use crate::service::{Service, metric, policy, seconds};
use crate::{Policy, Rules, Target};

/// The counts that a load of `middle` gives, times each of `noise`.
fn counts(policy: Policy, current: u32, middle: f64, noise: &[f64]) -> Vec<u32> {
    let mut service = Service::new(policy, current);
    noise.iter().map(|share| service.tick(&[middle * share]).desired).collect()
}

fn turns(counts: &[u32]) -> usize {
    let mut ways: Vec<bool> =
        counts.windows(2).filter(|two| two[0] != two[1]).map(|two| two[1] > two[0]).collect();
    ways.dedup();
    ways.len().saturating_sub(1)
}

fn with_scale_in_after(stabilization: u64, tolerance: f64) -> Policy {
    let usual = policy();
    let scale_down = Rules { stabilization: seconds(stabilization), ..usual.scale_down };
    Policy { max: MOST, scale_down, tolerance, metrics: vec![metric("load", Target::PerPod(100.0))], ..usual }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    /// Its greatest value is by the tolerance above its least: even without any stabilization the number goes one way from
    /// where it was, and never back.
    #[test]
    fn noise_within_the_tolerance_never_turns_the_number_back(
        tolerance in 0.01..0.5,
        current in 1..=MOST,
        least in 0.0..2500.0,
        noise in vec(0.0..=1.0, 10..200),
    ) {
        let noise: Vec<f64> = noise.into_iter().map(|share: f64| 1.0 + share * tolerance * 0.999).collect();
        let counts = counts(with_scale_in_after(0, tolerance), current, least, &noise);
        prop_assert_eq!(turns(&counts), 0, "{:?}", counts);
    }

    /// And once it has suited both the least and the greatest, it never changes again.
    #[test]
    fn noise_within_the_tolerance_changes_nothing_once_its_extremes_were_seen(
        tolerance in 0.01..0.5,
        least in 0.0..2500.0,
        noise in vec(0.0..=1.0, 10..200),
    ) {
        let settle = vec![0.0; 10].into_iter().chain(vec![1.0; 2]);
        let noise: Vec<f64> =
            settle.chain(noise).map(|share: f64| 1.0 + share * tolerance * 0.999).collect();
        let counts = counts(with_scale_in_after(0, tolerance), MOST, least, &noise);
        prop_assert!(counts[12..].iter().all(|count| *count == counts[11]), "{:?}", counts);
    }

    /// Of any noise: from one turn to the next but one at least a scale-in's window passes.
    #[test]
    fn any_noise_turns_the_number_at_most_twice_in_a_window(
        middle in 0.0..2500.0,
        spread in 0.0..=1.0,
        noise in vec(-1.0..=1.0, 400),
    ) {
        let noise: Vec<f64> = noise.into_iter().map(|share: f64| 1.0 + share * spread).collect();
        let counts = counts(with_scale_in_after(300, 0.1), 1, middle, &noise);
        prop_assert!(turns(&counts) <= 2 * 400 * 15 / 300, "{:?}", counts);
    }
}

/// Peaks that come back within the window are served all the time.
#[test]
fn a_load_that_wavers_by_half_is_served_at_its_peaks_without_a_change() {
    let wave: Vec<f64> = (0..400_u32).map(|tick| 1.0 + 0.5 * f64::from(tick).sin()).collect();
    let counts = counts(with_scale_in_after(300, 0.1), 1, 600.0, &wave);
    assert_eq!(counts[20..], [9; 380]);
}
