//! How fast the number of pods changes.

use std::time::Duration;

use crate::service::{Service, policy, rules};
use crate::{HeldBack, Policy, Select, Unit};

#[test]
fn growth_is_four_pods_or_a_doubling_in_15_seconds() {
    let mut service = Service::new(Policy { max: 50, ..policy() }, 1);
    let counts: Vec<u32> = (0..4).map(|_| service.tick(&[4000.0]).desired).collect();
    assert_eq!(counts, [5, 10, 20, 37]);
}

#[test]
fn a_rate_holds_for_any_stretch_of_its_period() {
    let policy = Policy { scale_up: rules(0, &[(Unit::Pods, 2, 60)]), ..policy() };
    let mut service = Service::new(policy, 1);
    let counts: Vec<u32> = (0..9).map(|_| service.tick(&[1000.0]).desired).collect();
    assert_eq!(counts, [3, 3, 3, 3, 5, 5, 5, 5, 7]);
    assert_eq!(service.tick(&[1000.0]).held_back, Some(HeldBack::Rate));
}

#[test]
fn a_tick_that_comes_a_little_early_is_not_lost() {
    let mut service = Service::new(Policy { max: 50, ..policy() }, 1);
    let mut counts = Vec::new();
    for _ in 0..3 {
        counts.push(service.tick(&[4000.0]).desired);
        service.now.0 -= 100;
    }
    assert_eq!(counts, [5, 10, 20]);
}

#[test]
fn of_several_rates_the_policy_says_which_counts() {
    let both = &[(Unit::Pods, 1, 15), (Unit::Percent, 100, 15)];
    let with = |select| {
        let mut policy = Policy { scale_up: rules(0, both), scale_down: rules(0, both), ..policy() };
        (policy.scale_up.select, policy.scale_down.select) = (select, select);
        policy
    };
    let up = |select| Service::new(with(select), 4).tick(&[1000.0]).desired;
    assert_eq!([Select::Max, Select::Min, Select::Disabled].map(up), [8, 5, 4]);
    let down = |select| {
        let mut service = Service::settled(with(select), 8, &[800.0]);
        service.run(6, &[0.0]);
        service.current
    };
    assert_eq!([Select::Max, Select::Min, Select::Disabled].map(down), [1, 2, 8]);
}

#[test]
fn what_a_hand_has_added_counts_as_a_change() {
    let policy = Policy { scale_up: rules(0, &[(Unit::Pods, 1, 60)]), ..policy() };
    let mut service = Service::settled(policy, 2, &[200.0]);
    service.current = 4;
    assert_eq!(service.tick(&[900.0]).desired, 4);
}

#[test]
fn it_goes_down_when_nothing_in_the_window_asked_for_more() {
    let mut service = Service::settled(policy(), 8, &[800.0]);
    let wait = service.tick(&[100.0]);
    assert_eq!((wait.desired, wait.held_back), (8, Some(HeldBack::Stabilization)));
    assert_eq!(service.ticks_until(1, &[100.0]), 22, "300 s after 60 s in which the average fell");
}

#[test]
fn it_goes_up_when_everything_in_the_window_asked_for_more() {
    let mut policy = policy();
    policy.scale_up.stabilization = Duration::from_secs(60);
    let mut service = Service::settled(policy, 2, &[200.0]);
    let wait = service.tick(&[600.0]);
    assert_eq!((wait.desired, wait.held_back), (2, Some(HeldBack::Stabilization)));
    assert_eq!(service.ticks_until(6, &[600.0]), 3);
}

#[test]
fn nothing_is_scaled_in_before_a_full_window_was_seen() {
    let mut policy = policy();
    policy.scale_down.stabilization = Duration::ZERO;
    let mut service = Service::new(policy, 6);
    for _ in 0..4 {
        let decision = service.tick(&[100.0]);
        assert_eq!((decision.desired, decision.held_back), (6, Some(HeldBack::Warmup)));
    }
    assert_eq!(service.tick(&[100.0]).desired, 1);
}

#[test]
fn nothing_is_scaled_in_until_a_window_has_passed_since_a_panic() {
    let mut policy = policy();
    policy.scale_down.stabilization = Duration::ZERO;
    let mut service = Service::settled(policy, 2, &[200.0]);
    assert_eq!(service.tick(&[400.0]).desired, 4, "twice what 2 pods bear");
    for _ in 0..3 {
        let decision = service.tick(&[0.0]);
        assert_eq!((decision.desired, decision.held_back), (4, Some(HeldBack::Warmup)));
    }
    assert_eq!(service.tick(&[0.0]).desired, 1);
}

#[test]
fn after_a_pause_it_starts_afresh() {
    let mut service = Service::settled(policy(), 8, &[100.0]);
    assert_eq!(service.current, 1);
    service.current = 8;
    service.now.0 += 3_600_000;
    assert_eq!(service.run(20, &[100.0]).desired, 8);
    assert_eq!(service.tick(&[100.0]).desired, 1);
}

#[test]
fn a_clock_that_goes_back_does_not_stop_it() {
    let mut service = Service::settled(policy(), 8, &[800.0]);
    service.now.0 -= 86_400_000;
    assert_eq!(service.ticks_until(1, &[100.0]), 21);
}
