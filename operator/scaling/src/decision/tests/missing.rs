//! Without data.

use std::time::Duration;

use crate::service::{Service, metric, policy};
use crate::{Fallback, HeldBack, NoData, OnMissing, Policy, Reading, Target};

fn without_data(then: Fallback) -> Policy {
    Policy { on_missing: OnMissing { hold_for: Duration::from_secs(60), then }, ..policy() }
}

fn two() -> Policy {
    Policy {
        metrics: vec![metric("requests", Target::PerPod(100.0)), metric("cpu", Target::PerPod(1.0))],
        ..policy()
    }
}

#[test]
fn no_data_holds_what_there_is() {
    let mut service = Service::settled(policy(), 6, &[600.0]);
    let decision = service.run_blind(500);
    assert_eq!((decision.desired, decision.asked), (6, None));
    assert_eq!((decision.held_back, decision.missing), (Some(HeldBack::Missing), Some((0, NoData::Empty))));
}

#[test]
fn after_a_while_without_any_the_policy_says_what_to_do() {
    let after = |then, current| {
        let mut service = Service::settled(without_data(then), current, &[f64::from(current) * 100.0]);
        (service.run_blind(4).desired, service.tick_blind().desired)
    };
    assert_eq!(after(Fallback::Hold, 6), (6, 6));
    assert_eq!(after(Fallback::CurrentIfHigher(4), 6), (6, 6));
    assert_eq!(after(Fallback::CurrentIfHigher(8), 6), (6, 8));
    assert_eq!(after(Fallback::Static(3), 6), (6, 3));
    assert_eq!(after(Fallback::Static(99), 6), (6, 10));
}

#[test]
fn data_that_never_came_is_missing_from_the_first_tick() {
    let mut service = Service::new(without_data(Fallback::Static(3)), 1);
    assert_eq!(service.run_blind(4).desired, 1);
    assert_eq!(service.tick_blind().desired, 3);
}

#[test]
fn a_value_in_between_begins_the_wait_again() {
    let mut service = Service::settled(without_data(Fallback::Static(9)), 6, &[600.0]);
    service.run_blind(4);
    service.tick(&[600.0]);
    assert_eq!(service.run_blind(4).desired, 6);
    assert_eq!(service.tick_blind().desired, 9);
}

#[test]
fn the_metrics_that_are_there_may_ask_for_more_and_not_for_less() {
    let mut service = Service::settled(two(), 3, &[300.0, 3.0]);
    let missing = Reading::Missing(NoData::Stale);
    let up = service.tick_with(&[Reading::Value { value: 500.0, at: service.now }, missing.clone()]);
    assert_eq!((up.desired, up.missing), (5, Some((1, NoData::Stale))));
    for _ in 0..200 {
        let down = service.tick_with(&[Reading::Value { value: 0.0, at: service.now }, missing.clone()]);
        assert_eq!((down.desired, down.held_back), (5, Some(HeldBack::Missing)));
    }
}

#[test]
fn some_data_is_no_reason_to_fall_back() {
    let on_missing = without_data(Fallback::Static(1)).on_missing;
    let mut service = Service::settled(Policy { on_missing, ..two() }, 3, &[300.0, 3.0]);
    for _ in 0..100 {
        let readings = [Reading::Missing(NoData::Empty), service.value(3.0)];
        assert_eq!(service.tick_with(&readings).desired, 3);
    }
}

#[test]
fn data_that_returns_takes_over_without_a_jump() {
    let mut service = Service::settled(policy(), 8, &[800.0]);
    service.run_blind(100);
    assert_eq!(
        service.run(19, &[100.0]).desired,
        8,
        "what there was counts as asked for while nothing was known"
    );
    assert_eq!(service.tick(&[100.0]).desired, 1);
}

#[test]
fn so_does_a_metric_that_returns_among_others() {
    let mut service = Service::settled(two(), 8, &[800.0, 8.0]);
    for _ in 0..100 {
        let readings = [service.value(100.0), Reading::Missing(NoData::Empty)];
        service.tick_with(&readings);
    }
    assert_eq!(service.run(19, &[100.0, 1.0]).desired, 8);
    assert_eq!(service.tick(&[100.0, 1.0]).desired, 1);
}

#[test]
fn data_that_returns_may_ask_for_more_at_once() {
    let mut service = Service::settled(policy(), 4, &[400.0]);
    service.run_blind(100);
    assert_eq!(service.tick(&[700.0]).desired, 7);
}

#[test]
fn without_stabilization_a_full_window_must_pass_first() {
    let mut policy = policy();
    policy.scale_down.stabilization = Duration::ZERO;
    let mut service = Service::settled(policy, 8, &[800.0]);
    service.tick_blind();
    assert_eq!(service.run(4, &[100.0]).desired, 8);
    assert_eq!(service.tick(&[100.0]).desired, 1);
}

#[test]
fn another_metric_has_no_past() {
    let mut service = Service::settled(policy(), 2, &[200.0]);
    service.policy.metrics = vec![metric("other", Target::PerPod(1.0))];
    let decision = service.tick(&[2.0]);
    assert_eq!(
        (decision.desired, decision.asked),
        (2, Some(2)),
        "200 is not the average of the other metric"
    );
}
