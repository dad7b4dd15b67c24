//! How a service is scaled.

use std::time::Duration;

use contracts::Role;
use operator_api::{
    EcommerceStackSpec, Hold, MissingPolicy, OnMissingMetrics, PolicyUnit, Profile, Scaling, ScalingMode,
    ScalingRules, SelectPolicy,
};
use operator_scaling::{Fallback, Metric, OnMissing, Policy, Rate, Rules, Select, Target, Unit};

use super::findings::Below;
use super::metrics;
use crate::resources::Demand;
use crate::{Manual, ScalingPlan, profile};

const MOST_PODS: u32 = 50;
/// Over which samples are averaged.
const STABLE_WINDOW: Duration = Duration::from_secs(60);
/// Twice the pods that there are is more than a trend.
const PANIC_THRESHOLD: f64 = 2.0;
const MOST_RATES: usize = 4;

pub fn plan(
    spec: &EcommerceStackSpec,
    role: Role,
    scaling: &Scaling,
    demand: Demand,
    findings: &mut Below<'_>,
) -> ScalingPlan {
    let mode = scaling.mode.unwrap_or(spec.defaults.scaling.mode);
    let (min, max) = bounds(spec.profile, scaling, findings);
    let policy = policy(role, mode, scaling, (min, max), demand, findings);
    check_bounds(role, mode, &policy, findings);
    check_mode(mode, &policy, demand, findings);
    let replicas = scaling.replicas.map(|replicas| findings.number("replicas", replicas, 0, MOST_PODS));
    let replicas = replicas.unwrap_or(profile::least_pods(spec.profile));
    let initial = match mode {
        ScalingMode::Fixed => replicas,
        ScalingMode::Native | ScalingMode::Hpa | ScalingMode::Keda | ScalingMode::External => {
            replicas.max(policy.min).min(policy.max)
        }
    };
    ScalingPlan { mode, initial, policy, manual: manual(scaling, findings) }
}

/// The one that is left out gives way to the other.
fn bounds(profile: Profile, scaling: &Scaling, findings: &mut Below<'_>) -> (u32, u32) {
    let min = scaling.min.map(|min| findings.number("min", min, 0, MOST_PODS));
    let max = scaling.max.map(|max| findings.number("max", max, 1, MOST_PODS));
    let (least, most) = (profile::least_pods(profile), profile::most_pods(profile));
    (min.unwrap_or(least.min(max.unwrap_or(least))), max.unwrap_or(most.max(min.unwrap_or(most))))
}

fn policy(
    role: Role,
    mode: ScalingMode,
    scaling: &Scaling,
    (min, max): (u32, u32),
    demand: Demand,
    findings: &mut Below<'_>,
) -> Policy {
    let measured = !matches!(mode, ScalingMode::Fixed | ScalingMode::External);
    let behavior = &scaling.behavior;
    Policy {
        min,
        max,
        metrics: metrics::metrics(role, scaling, demand, measured, findings),
        scale_up: rules(&behavior.scale_up, Direction::Up, findings),
        scale_down: rules(&behavior.scale_down, Direction::Down, findings),
        tolerance: f64::from(findings.number("behavior.tolerancePercent", behavior.tolerance_percent, 0, 50))
            / 100.0,
        stable_window: STABLE_WINDOW,
        panic_threshold: PANIC_THRESHOLD,
        on_missing: on_missing(&scaling.on_missing_metrics, min, max, findings),
        queue: !role.spec().subscriptions.is_empty(),
    }
}

fn check_bounds(role: Role, mode: ScalingMode, policy: &Policy, findings: &mut Below<'_>) {
    let Policy { min, max, .. } = *policy;
    if min > max {
        findings.add("max", format!("is {max}, and min is {min}: raise max or lower min"));
    }
    if min == 0 && !role.spec().may_sleep {
        let sleepers: Vec<&str> =
            Role::ALL.iter().filter(|role| role.spec().may_sleep).map(|role| role.name()).collect();
        findings.add(
            "min",
            format!("people wait for {role}, and only {} may have no pod: set it to 1", sleepers.join(", ")),
        );
    }
    if min == 0 && mode == ScalingMode::Hpa {
        findings.add("min", "an HPA needs a pod to measure: set it to 1, or choose mode Native or KEDA");
    }
}

/// What the operator could do and somebody else can't.
fn check_mode(mode: ScalingMode, policy: &Policy, demand: Demand, findings: &mut Below<'_>) {
    if mode == ScalingMode::Hpa && demand.request_cpu.cores() == 0.0 {
        findings
            .add("mode", "an HPA scales by percent of requests.cpu: ask for some, or choose another mode");
    }
    let whole = |metric: &Metric| matches!(metric.target, Target::Whole(_));
    if mode == ScalingMode::Keda
        && policy.on_missing.then != Fallback::Hold
        && policy.metrics.iter().any(whole)
    {
        let message = "KEDA falls back only where every target is per pod: choose Hold, or mode Native";
        findings.add("onMissingMetrics.then", message);
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

fn rules(rules: &ScalingRules, direction: Direction, findings: &mut Below<'_>) -> Rules {
    let (name, stabilization, usual) = match direction {
        Direction::Up => ("scaleUp", 0, vec![rate(Unit::Pods, 4), rate(Unit::Percent, 100)]),
        Direction::Down => ("scaleDown", 300, vec![rate(Unit::Percent, 100)]),
    };
    let path = format!("behavior.{name}");
    if rules.policies.len() > MOST_RATES {
        findings.add(&format!("{path}.policies"), format!("more than {MOST_RATES}: remove some"));
    }
    let rates = rules.policies.iter().enumerate().map(|(index, policy)| {
        let path = format!("{path}.policies[{index}]");
        Rate {
            unit: match policy.unit {
                PolicyUnit::Pods => Unit::Pods,
                PolicyUnit::Percent => Unit::Percent,
            },
            value: findings.number(&format!("{path}.value"), policy.value, 1, 1000),
            period: findings.seconds(&format!("{path}.periodSeconds"), policy.period_seconds, 1, 1800),
        }
    });
    let rates: Vec<Rate> = rates.collect();
    Rules {
        stabilization: rules
            .stabilization_window_seconds
            .map_or(Duration::from_secs(stabilization), |seconds| {
                findings.seconds(&format!("{path}.stabilizationWindowSeconds"), seconds, 0, 3600)
            }),
        select: match rules.select_policy {
            None | Some(SelectPolicy::Max) => Select::Max,
            Some(SelectPolicy::Min) => Select::Min,
            Some(SelectPolicy::Disabled) => Select::Disabled,
        },
        rates: if rates.is_empty() { usual } else { rates },
    }
}

fn rate(unit: Unit, value: u32) -> Rate {
    Rate { unit, value, period: Duration::from_secs(15) }
}

fn on_missing(missing: &OnMissingMetrics, min: u32, max: u32, findings: &mut Below<'_>) -> OnMissing {
    let replicas = missing
        .replicas
        .map_or(min, |replicas| findings.number("onMissingMetrics.replicas", replicas, 0, MOST_PODS));
    let then = match missing.then {
        MissingPolicy::Hold => Fallback::Hold,
        MissingPolicy::CurrentIfHigher => Fallback::CurrentIfHigher(replicas),
        MissingPolicy::Static => Fallback::Static(replicas),
    };
    let within = min > max || (min..=max).contains(&replicas);
    if then != Fallback::Hold && !within {
        let message = format!("{replicas} is not within min and max: choose {min} to {max}");
        findings.add("onMissingMetrics.replicas", message);
    }
    let hold_for =
        findings.seconds("onMissingMetrics.holdForSeconds", missing.hold_for_seconds, 0, 24 * 60 * 60);
    OnMissing { hold_for, then }
}

fn manual(scaling: &Scaling, findings: &mut Below<'_>) -> Manual {
    let seconds = scaling.manual.hold_seconds;
    let held = findings.seconds("manual.holdSeconds", seconds, 10, 7 * 24 * 60 * 60);
    match scaling.manual.hold {
        Hold::Timed => Manual::Timed(held),
        Hold::Forever => Manual::Forever,
        Hold::Refuse => Manual::Refuse,
    }
}
