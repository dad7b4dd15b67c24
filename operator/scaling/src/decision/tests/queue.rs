//! Services that consume.

use crate::service::{Service, consumer};
use crate::{Fallback, HeldBack, NoData, Policy};

/// With nothing to do, and `pods` still there.
fn idle(pods: u32) -> Service {
    let mut service = Service::new(consumer(), pods);
    service.wait(0.0, 0.0);
    service
}

fn asleep() -> Service {
    let mut service = idle(1);
    service.run(30, &[0.0]);
    assert_eq!(service.current, 0);
    service
}

#[test]
fn it_sleeps_when_nothing_was_to_do_for_the_whole_window() {
    let mut service = idle(3);
    assert_eq!(service.run(20, &[0.0]).desired, 3);
    assert_eq!(service.tick(&[0.0]).desired, 0);
}

#[test]
fn one_message_in_the_window_keeps_a_pod() {
    let mut service = idle(3);
    service.run(18, &[0.0]);
    service.wait(1.0, 0.0);
    service.tick(&[0.0]);
    service.wait(0.0, 0.0);
    assert_eq!(service.run(19, &[0.0]).desired, 1);
    assert_eq!(service.tick(&[0.0]).desired, 0);
}

#[test]
fn it_does_not_sleep_while_its_queue_is_unknown() {
    let mut service = idle(3);
    service.backlog = None;
    let decision = service.run(200, &[0.0]);
    assert_eq!((decision.desired, decision.held_back), (3, Some(HeldBack::Missing)));
}

#[test]
fn a_service_without_a_queue_never_sleeps_for_nothing_would_wake_it() {
    let mut service = Service::new(Policy { queue: false, ..consumer() }, 2);
    assert_eq!(service.run(200, &[0.0]).desired, 1);
}

#[test]
fn a_message_wakes_it_at_once() {
    let mut service = asleep();
    service.policy.scale_up.stabilization = std::time::Duration::from_secs(300);
    service.wait(1.0, 0.0);
    let decision = service.tick_blind();
    assert_eq!((decision.desired, decision.deciding, decision.missing), (1, None, None));
}

#[test]
fn a_message_wakes_it_at_the_first_tick_too() {
    let mut service = idle(0);
    service.wait(1.0, 0.0);
    assert_eq!(service.tick_blind().desired, 1);
}

#[test]
fn any_value_wakes_it_however_small() {
    assert_eq!(asleep().tick(&[0.001]).desired, 1);
}

#[test]
fn asleep_nobody_measures_and_that_is_no_lack_of_data() {
    let mut service = asleep();
    service.policy.on_missing.then = Fallback::Static(5);
    let decision = service.run_blind(500);
    assert_eq!((decision.desired, decision.held_back, decision.missing), (0, None, None));
}

#[test]
fn asleep_with_an_unknown_queue_it_falls_back() {
    let mut service = asleep();
    service.policy.on_missing.then = Fallback::CurrentIfHigher(1);
    service.backlog = None;
    let hold = service.tick_blind();
    assert_eq!((hold.desired, hold.missing), (0, Some((0, NoData::Empty))));
    assert_eq!(service.run_blind(41).desired, 1);
}

#[test]
fn awake_without_its_own_metrics_it_falls_back_although_the_queue_is_known() {
    let mut service = idle(2);
    service.policy.on_missing.then = Fallback::Static(5);
    assert_eq!(service.run_blind(41).desired, 5);
}

/// Ready to shrink to 1, but for its queue.
fn shrinking() -> Service {
    let mut service = idle(4);
    service.policy.min = 1;
    service.wait(0.0, 1.0);
    service.run(40, &[1.0]);
    service
}

#[test]
fn unacknowledged_messages_forbid_a_scale_in() {
    let mut service = shrinking();
    assert_eq!(service.tick(&[1.0]).held_back, Some(HeldBack::Queue));
    service.wait(0.0, 0.0);
    assert_eq!(service.tick(&[1.0]).desired, 1);
}

#[test]
fn a_queue_that_grows_forbids_a_scale_in() {
    let mut service = shrinking();
    for waiting in 1..20 {
        service.wait(f64::from(waiting), 0.0);
        assert_eq!(service.tick(&[1.0]).held_back, Some(HeldBack::Queue));
    }
    assert_eq!(service.run(2, &[1.0]).desired, 4, "fewer waited when the window began");
    assert_eq!(service.tick(&[1.0]).desired, 1);
}
