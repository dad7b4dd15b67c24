//! Policies and pasts of any kind.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::service::{Service, metric, seconds};
use crate::{
    Backlog, Decision, Fallback, Metric, NoData, OnMissing, Policy, Rate, Reading, Rules, Select, Target,
    Unit,
};

pub const MOST: u32 = 20;

pub fn target() -> impl Strategy<Value = Target> {
    prop_oneof![(1.0..200.0).prop_map(Target::PerPod), (1.0..200.0).prop_map(Target::Whole)]
}

pub fn metrics() -> impl Strategy<Value = Vec<Metric>> {
    let named = |targets: Vec<Target>| {
        targets.into_iter().enumerate().map(|(index, target)| metric(&format!("m{index}"), target)).collect()
    };
    vec(target(), 1..=3).prop_map(named)
}

pub fn rate() -> impl Strategy<Value = Rate> {
    let unit = prop_oneof![Just(Unit::Pods), Just(Unit::Percent)];
    (unit, 1..150_u32, 1..120_u64).prop_map(|(unit, value, period)| Rate {
        unit,
        value,
        period: seconds(period),
    })
}

pub fn rules() -> impl Strategy<Value = Rules> {
    let select = prop_oneof![4 => Just(Select::Max), 4 => Just(Select::Min), 1 => Just(Select::Disabled)];
    (prop_oneof![Just(0), 0..400_u64], select, vec(rate(), 1..=3)).prop_map(
        |(stabilization, select, rates)| Rules { stabilization: seconds(stabilization), select, rates },
    )
}

/// Without a fallback that may be lower than what there is.
pub fn on_missing() -> impl Strategy<Value = OnMissing> {
    let then = prop_oneof![Just(Fallback::Hold), (0..=MOST).prop_map(Fallback::CurrentIfHigher)];
    (0..300_u64, then).prop_map(|(hold_for, then)| OnMissing { hold_for: seconds(hold_for), then })
}

prop_compose! {
    pub fn policy()(
        (min, max) in (0..4_u32, 1..=MOST),
        metrics in metrics(),
        (scale_up, scale_down) in (rules(), rules()),
        tolerance in 0.0..0.5,
        panic_threshold in 1.1..4.0,
        on_missing in on_missing(),
        queue in any::<bool>(),
    ) -> Policy {
        Policy {
            min: min.min(max),
            max,
            metrics,
            scale_up,
            scale_down,
            tolerance,
            stable_window: seconds(60),
            panic_threshold,
            on_missing,
            queue,
        }
    }
}

/// From nothing over little to far too much.
pub fn load() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(0.0), 4 => 0.0..400.0, 4 => 0.0..4000.0, 1 => 0.0..1e12]
}

pub fn backlog() -> impl Strategy<Value = Backlog> {
    let few = || prop_oneof![Just(0.0), 0.0..1000.0];
    (few(), few()).prop_map(|(waiting, unacknowledged)| Backlog { waiting, unacknowledged })
}

/// What happens at one tick. A reading for each metric that a policy may have.
#[derive(Clone, Debug)]
pub struct Event {
    after: u64,
    readings: Vec<Option<f64>>,
    backlog: Option<Backlog>,
    /// Somebody else has set the number.
    set: Option<u32>,
    ready: Option<u32>,
}

prop_compose! {
    pub fn event()(
        after in prop_oneof![8 => Just(15_u64), 1 => 1..130_u64],
        readings in vec(option::weighted(0.9, load()), 3),
        backlog in option::weighted(0.9, backlog()),
        set in option::weighted(0.05, 0..=MOST + 5),
        ready in option::weighted(0.2, 0..=MOST),
    ) -> Event {
        Event { after, readings, backlog, set, ready }
    }
}

impl Event {
    pub fn happen(&self, service: &mut Service) -> Decision {
        service.now.0 += i64::try_from(self.after).unwrap() * 1000;
        service.current = self.set.unwrap_or(service.current);
        service.ready = self.ready.unwrap_or(service.current);
        service.backlog = self.backlog;
        let reading =
            |value: &Option<f64>| value.map_or(Reading::Missing(NoData::Empty), |value| service.value(value));
        let readings: Vec<Reading> =
            self.readings[..service.policy.metrics.len()].iter().map(reading).collect();
        let decision = service.observe(&readings);
        service.current = decision.desired;
        decision
    }
}

/// A service that has gone through anything.
pub fn service() -> impl Strategy<Value = Service> {
    (policy(), 0..=MOST + 5, vec(event(), 0..40)).prop_map(|(policy, current, past)| {
        let mut service = Service::new(policy, current);
        for event in past {
            event.happen(&mut service);
        }
        service
    })
}
