//! What metrics ask for.

use crate::service::{Service, consumer, metric, policy};
use crate::{HeldBack, Policy, Target};

fn whole(target: f64) -> Policy {
    Policy { metrics: vec![metric("latency", Target::Whole(target))], ..policy() }
}

#[test]
fn a_load_per_pod_is_shared_among_as_many_pods_as_it_takes() {
    let decision = Service::new(policy(), 2).tick(&[470.0]);
    assert_eq!((decision.desired, decision.asked), (5, Some(5)));
}

#[test]
fn what_should_be_the_same_with_any_number_of_pods_multiplies_those_that_are_ready() {
    let mut service = Service::new(whole(10.0), 2);
    assert_eq!(service.tick(&[20.0]).desired, 4);
}

#[test]
fn cold_pods_do_not_count() {
    let mut service = Service::new(whole(10.0), 6);
    service.ready = 2;
    assert_eq!(service.tick(&[30.0]).desired, 6, "2 pods at three times their target are 6");
}

#[test]
fn pods_that_an_update_has_too_many_do_not_count_either() {
    let mut service = Service::new(whole(10.0), 2);
    service.ready = 3;
    assert_eq!(service.tick(&[10.5]).desired, 2);
}

#[test]
fn with_no_pod_ready_a_latency_asks_for_one() {
    let mut service = Service::new(whole(10.0), 1);
    service.ready = 0;
    assert_eq!(service.tick(&[1000.0]).asked, Some(1));
}

#[test]
fn a_latency_on_target_does_not_send_home_pods_that_are_on_their_way() {
    let mut service = Service::settled(whole(10.0), 6, &[10.0]);
    service.ready = 2;
    for _ in 0..60 {
        let readings = [service.value(10.0)];
        let decision = service.observe(&readings);
        assert_eq!(decision.desired, 6);
        service.now.0 += 15_000;
    }
}

#[test]
fn a_deviation_within_the_tolerance_changes_nothing() {
    for load in [460.0, 500.0, 549.0] {
        assert_eq!(Service::settled(policy(), 5, &[load]).tick(&[load]).desired, 5, "{load}");
    }
    let more = Service::new(policy(), 5).tick(&[549.0]);
    assert_eq!((more.asked, more.held_back), (Some(6), Some(HeldBack::Tolerance)));
    assert_eq!(Service::new(policy(), 5).tick(&[551.0]).desired, 6);
}

#[test]
fn the_same_load_ends_in_the_same_number_from_wherever_it_is_reached() {
    let from_below: Vec<u32> =
        (1..=5).map(|pods| Service::new(policy(), pods).tick(&[540.0]).desired).collect();
    assert_eq!(from_below, [5; 5]);
}

#[test]
fn the_metric_that_asks_for_most_decides() {
    let metrics = vec![metric("requests", Target::PerPod(100.0)), metric("checkouts", Target::PerPod(10.0))];
    let mut service = Service::new(Policy { metrics, ..policy() }, 3);
    let at = service.now;
    let decision = service.tick(&[200.0, 40.0]);
    assert_eq!((decision.desired, decision.deciding), (4, Some((1, 40.0, at))));
}

#[test]
fn more_load_is_answered_at_once_and_less_only_by_the_average() {
    let mut policy = policy();
    policy.scale_down.stabilization = std::time::Duration::ZERO;
    let mut service = Service::settled(policy, 2, &[200.0]);
    assert_eq!(service.tick(&[390.0]).desired, 4, "up by the newest sample");
    assert_eq!(service.tick(&[100.0]).desired, 3, "the average is 225, so 3 pods");
    assert_eq!(service.run(4, &[100.0]).desired, 1);
}

#[test]
fn a_number_out_of_bounds_is_brought_inside_at_once_whatever_the_data() {
    let bounds = |min, max| Policy { min, max, ..policy() };
    for blind in [true, false] {
        let tick = |policy, current| {
            let mut service = Service::new(policy, current);
            if blind { service.tick_blind() } else { service.tick(&[550.0]) }
        };
        let lowered = tick(bounds(1, 4), 9);
        assert_eq!((lowered.desired, lowered.held_back), (4, Some(HeldBack::Maximum)));
        let raised = tick(bounds(8, 10), 2);
        assert_eq!((raised.desired, raised.held_back), (8, Some(HeldBack::Minimum)));
    }
}

#[test]
fn at_its_bounds_a_service_says_so() {
    let idle = Service::settled(policy(), 1, &[0.0]).tick(&[0.0]);
    assert_eq!((idle.desired, idle.asked, idle.held_back), (1, Some(0), Some(HeldBack::Minimum)));
    let full = Service::new(policy(), 10).tick(&[5000.0]);
    assert_eq!((full.desired, full.asked, full.held_back), (10, Some(50), Some(HeldBack::Maximum)));
}

#[test]
fn numbers_beyond_measure_end_at_the_maximum() {
    let metrics = vec![metric("tiny", Target::PerPod(1e-300)), metric("whole", Target::Whole(1e-300))];
    let mut service = Service::new(Policy { metrics, ..policy() }, 5);
    assert_eq!(service.run(4, &[1e300, 1e300]).desired, 10);
    assert_eq!(Service::new(consumer(), 1).tick(&[f64::MAX]).desired, 5);
}

#[test]
fn a_metric_that_asks_for_nothing_is_named_too() {
    let decision = Service::new(policy(), 1).tick(&[0.0]);
    assert!(matches!(decision.deciding, Some((0, 0.0, _))), "{decision:?}");
}
