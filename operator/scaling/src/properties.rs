//! What holds for every policy and every past.

mod anything;
mod noise;

use proptest::collection::vec;
use proptest::prelude::*;

use self::anything::{backlog, event, load, policy, rate, service};
use crate::service::{Service, TICK, seconds};
use crate::{Backlog, NoData, Policy, Rate, Reading, Rules, Select, Unit};

/// Loads, and loads that are nowhere lower: often hardly higher.
fn pairs(length: usize) -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let pair = prop_oneof![
        (load(), 1.0..1.2).prop_map(|(load, share)| (load, load * share)),
        (load(), load()).prop_map(|(one, other)| (one.min(other), one.max(other))),
    ];
    vec(pair, length).prop_map(|pairs| pairs.into_iter().unzip())
}

/// What a rate makes of a number of pods, told in another way than the code does.
fn moved(rate: Rate, pods: u32, sign: f64) -> f64 {
    let (pods, value) = (f64::from(pods), f64::from(rate.value));
    match rate.unit {
        Unit::Pods => pods + sign * value,
        Unit::Percent => pods * (1.0 + sign * value / 100.0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn never_outside_min_and_max(mut service in service(), future in vec(event(), 1..20)) {
        for event in future {
            let desired = event.happen(&mut service).desired;
            prop_assert!((service.policy.min..=service.policy.max).contains(&desired), "{desired}");
        }
    }

    #[test]
    fn more_load_never_gives_fewer_pods_at_one_tick(
        service in service(),
        (less, more) in pairs(3),
        (one, other) in (backlog(), backlog()),
    ) {
        let fewer = Backlog {
            waiting: one.waiting.min(other.waiting),
            unacknowledged: one.unacknowledged.min(other.unacknowledged),
        };
        let greater = Backlog {
            waiting: one.waiting.max(other.waiting),
            unacknowledged: one.unacknowledged.max(other.unacknowledged),
        };
        let metrics = service.policy.metrics.len();
        let tick = |values: &[f64], backlog| {
            let mut service = Service { backlog: Some(backlog), ..service.clone() };
            service.now.0 += 15_000;
            service.tick(&values[..metrics]).desired
        };
        prop_assert!(tick(&less, fewer) <= tick(&more, greater));
    }

    /// With a scale-in window no shorter than the stable one: without, a panic that only the smaller fleet falls into keeps
    /// its pods for longer.
    #[test]
    fn more_load_never_gives_fewer_pods_over_a_whole_run(
        policy in policy(),
        current in 1..=anything::MOST,
        loads in vec(pairs(3), 1..80),
    ) {
        let scale_down = Rules {
            stabilization: policy.scale_down.stabilization.max(policy.stable_window),
            ..policy.scale_down
        };
        let (min, max) = (policy.min.max(1), policy.max);
        let policy = Policy { min, scale_down, queue: false, ..policy };
        let current = current.clamp(min, max);
        let (mut calm, mut busy) = (Service::new(policy.clone(), current), Service::new(policy, current));
        for (less, more) in loads {
            let metrics = calm.policy.metrics.len();
            let (fewer, greater) = (calm.tick(&less[..metrics]).desired, busy.tick(&more[..metrics]).desired);
            prop_assert!(fewer <= greater, "{fewer} for less load, {greater} for more");
        }
    }

    #[test]
    fn no_data_never_scales_down(mut service in service(), ticks in 1..60_usize) {
        let mut before = service.current.min(service.policy.max);
        for _ in 0..ticks {
            service.now.0 += 15_000;
            service.backlog = None;
            let desired = service.tick_blind().desired;
            prop_assert!(desired >= before, "{desired} after {before}");
            before = desired;
        }
    }

    #[test]
    fn one_metric_without_a_value_is_enough_not_to_scale_down(
        mut service in service(),
        values in vec(load(), 3),
        missing in 0..3_usize,
        backlog in backlog(),
    ) {
        let metrics = service.policy.metrics.len();
        service.now.0 += 15_000;
        service.backlog = Some(backlog);
        let mut readings: Vec<Reading> = values[..metrics].iter().map(|value| service.value(*value)).collect();
        readings[missing % metrics] = Reading::Missing(NoData::Stale);
        let before = service.current.min(service.policy.max);
        prop_assert!(service.tick_with(&readings).desired >= before);
    }

    #[test]
    fn nothing_goes_before_a_full_window_was_seen(
        policy in policy(),
        current in 0..=anything::MOST,
        future in vec(vec(load(), 3), 4),
        backlog in backlog(),
    ) {
        let metrics = policy.metrics.len();
        let mut service = Service { backlog: Some(backlog), ..Service::new(policy, current) };
        for values in future {
            let before = service.ready.min(service.policy.max);
            prop_assert!(service.tick(&values[..metrics]).desired >= before);
        }
    }

    #[test]
    fn rates_hold_over_every_period(
        policy in policy(),
        (up, down) in (rate(), rate()),
        loads in vec(vec(load(), 3), 1..80),
        stabilization in 0..60_u64,
    ) {
        let rules = |rate| Rules { stabilization: seconds(stabilization), select: Select::Max, rates: vec![rate] };
        let policy = Policy { scale_up: rules(up), scale_down: rules(down), queue: false, ..policy };
        let mut service = Service::new(policy.clone(), policy.min);
        let mut counts = vec![policy.min];
        for values in loads {
            counts.push(service.tick(&values[..policy.metrics.len()]).desired);
        }
        let together = |rate: Rate, ticks: usize| TICK * u32::try_from(ticks).unwrap() < rate.period.mul_f64(0.95);
        for (earlier, pods) in counts.iter().enumerate() {
            for (between, then) in counts[earlier..].iter().enumerate().skip(1) {
                // The decision at a tick changes the number right after it: it is one tick closer to those before.
                if then > pods && together(up, between - 1) {
                    let most = moved(up, *pods, 1.0).ceil().max(1.0);
                    prop_assert!(f64::from(*then) <= most, "{counts:?}");
                }
                if then < pods && together(down, between - 1) {
                    let least = moved(down, *pods, -1.0).floor();
                    prop_assert!(f64::from(*then) >= least, "{counts:?}");
                }
            }
        }
    }

    #[test]
    fn what_has_gone_up_stays_up_for_the_whole_window(
        policy in policy(),
        loads in vec(vec(load(), 3), 1..80),
        stabilization in 60..400_u64,
    ) {
        let scale_down = Rules { stabilization: seconds(stabilization), ..policy.scale_down.clone() };
        let policy = Policy { scale_down, queue: false, ..policy };
        let mut service = Service::new(policy.clone(), policy.max);
        let mut counts = vec![policy.max];
        for values in loads {
            counts.push(service.tick(&values[..policy.metrics.len()]).desired);
        }
        for (tick, two) in counts.windows(2).enumerate().filter(|(_, two)| two[1] > two[0]) {
            let window = usize::try_from(stabilization).unwrap().div_ceil(15);
            prop_assert!(counts[tick + 1..].iter().take(window).all(|later| *later >= two[1]), "{counts:?}");
        }
    }

    #[test]
    fn the_same_past_gives_the_same_decisions(service in service(), future in vec(event(), 1..20)) {
        let (mut one, mut other) = (service.clone(), service);
        for event in future {
            prop_assert_eq!(event.happen(&mut one), event.happen(&mut other));
        }
        prop_assert_eq!(one.history, other.history);
    }

    #[test]
    fn the_past_is_forgotten(mut service in service(), loads in vec(vec(load(), 3), 600)) {
        for values in loads {
            service.tick(&values[..service.policy.metrics.len()]);
            // Three metrics, bands, counts and the queue, over 400 s at most, and what was in force before.
            prop_assert!(service.history.remembered() <= 6 * (400 / 15 + 2 + 40), "{}", service.history.remembered());
        }
    }
}
