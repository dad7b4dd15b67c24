//! What a service is scaled by.

use contracts::{Load, Role};
use operator_api::{Preset, Scaling, ScalingMetric, TargetType};
use operator_scaling::{Metric, Source, Target};

use super::findings::Below;
use crate::names;
use crate::resources::Demand;

const MOST_METRICS: usize = 8;
const LONGEST_NAME: usize = 40;
const LONGEST_QUERY: usize = 1024;

/// A service that names none is scaled by what the Role table says, which must be possible if it is `measured` at all.
pub fn metrics(
    role: Role,
    scaling: &Scaling,
    demand: Demand,
    measured: bool,
    findings: &mut Below<'_>,
) -> Vec<Metric> {
    let all = &scaling.metrics;
    if all.len() > MOST_METRICS {
        findings.add("metrics", format!("more than {MOST_METRICS}: remove some"));
    }
    if all.is_empty() {
        let usual = usual(role, demand);
        if usual.is_none() && measured {
            let message =
                format!("{role} is scaled by CPU and asks for none: set requests.cpu, or name a metric");
            findings.add("metrics", message);
        }
        return usual.into_iter().collect();
    }
    let mut parsed = Vec::with_capacity(all.len());
    for (index, metric) in all.iter().enumerate() {
        let mut findings = findings.below(&format!("metrics[{index}]"));
        check_name(metric, &all[..index], &mut findings);
        parsed.extend(self::metric(role, metric, demand, &mut findings));
    }
    parsed
}

/// None: there is no CPU to take percent of.
fn usual(role: Role, demand: Demand) -> Option<Metric> {
    let (load, target) = role.spec().scaled_by;
    let possible = load != Load::Cpu || demand.request_cpu.cores() > 0.0;
    possible.then(|| Metric {
        name: name(load).to_owned(),
        source: Source::Preset(load),
        target: target_of(load, target, demand),
    })
}

fn check_name(metric: &ScalingMetric, before: &[ScalingMetric], findings: &mut Below<'_>) {
    let name = &metric.name.0;
    if name.len() > LONGEST_NAME || !names::is_label(name) {
        let message = format!("`{name}` is no name: write it in small letters, digits and dashes");
        findings.add("name", message);
    }
    if before.iter().any(|earlier| earlier.name == metric.name) {
        findings.add("name", format!("`{name}` is named twice: rename one"));
    }
}

/// None: it is neither a preset nor a query.
fn metric(role: Role, metric: &ScalingMetric, demand: Demand, findings: &mut Below<'_>) -> Option<Metric> {
    let amount = amount(metric, findings);
    let (source, target) = match (metric.preset, &metric.query) {
        (Some(preset), None) => {
            let load = load(preset);
            check_preset(role, load, demand, findings);
            if metric.target_type.is_some() {
                findings.add("type", "a preset knows its type: leave type out");
            }
            (Source::Preset(load), target_of(load, amount, demand))
        }
        (None, Some(query)) => {
            let query = &query.0;
            if query.trim().is_empty() || query.chars().count() > LONGEST_QUERY {
                let message = format!(
                    "empty or longer than {LONGEST_QUERY} characters: write one that gives a single number"
                );
                findings.add("query", message);
            }
            let target = match metric.target_type {
                None | Some(TargetType::AverageValue) => Target::PerPod(amount),
                Some(TargetType::Value) => Target::Whole(amount),
            };
            (Source::Query(query.clone()), target)
        }
        (Some(_), Some(_)) | (None, None) => {
            findings.add("preset", "a metric is either a preset or a query: keep one of the two");
            return None;
        }
    };
    Some(Metric { name: metric.name.0.clone(), source, target })
}

fn amount(metric: &ScalingMetric, findings: &mut Below<'_>) -> f64 {
    let text = &metric.target.0;
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let amount = text.parse().ok().filter(|amount: &f64| plain && *amount > 0.0 && *amount < 1e8);
    amount.unwrap_or_else(|| {
        findings.add("target", format!("`{text}` is no positive number: write it as in 50 or 0.25"));
        1.0
    })
}

fn check_preset(role: Role, load: Load, demand: Demand, findings: &mut Below<'_>) {
    let spec = role.spec();
    let lacks = match load {
        Load::QueueDepth | Load::QueueAge if spec.subscriptions.is_empty() => "has no queue",
        Load::OutboxLag if !spec.owns_database => "has no outbox",
        Load::CheckoutsInFlight if role != Role::Orders => "has no checkouts",
        Load::Cpu if demand.request_cpu.cores() == 0.0 => "asks for no CPU",
        Load::RequestsPerSecond
        | Load::Concurrency
        | Load::P99Latency
        | Load::QueueDepth
        | Load::QueueAge
        | Load::OutboxLag
        | Load::CheckoutsInFlight
        | Load::Cpu => return,
    };
    findings.add("preset", format!("{role} {lacks}: choose another preset, or write a query"));
}

/// Percent of the CPU that a pod asks for becomes cores, which is what is measured.
fn target_of(load: Load, amount: f64, demand: Demand) -> Target {
    match load {
        Load::P99Latency | Load::QueueAge | Load::OutboxLag => Target::Whole(amount),
        Load::RequestsPerSecond | Load::Concurrency | Load::QueueDepth | Load::CheckoutsInFlight => {
            Target::PerPod(amount)
        }
        Load::Cpu => Target::PerPod(demand.request_cpu.cores() * amount / 100.0),
    }
}

fn load(preset: Preset) -> Load {
    match preset {
        Preset::RequestsPerSecond => Load::RequestsPerSecond,
        Preset::Concurrency => Load::Concurrency,
        Preset::P99Latency => Load::P99Latency,
        Preset::QueueDepth => Load::QueueDepth,
        Preset::QueueAge => Load::QueueAge,
        Preset::OutboxLag => Load::OutboxLag,
        Preset::CheckoutsInFlight => Load::CheckoutsInFlight,
        Preset::Cpu => Load::Cpu,
    }
}

/// What status and events call the metric of a service that names none.
fn name(load: Load) -> &'static str {
    match load {
        Load::RequestsPerSecond => "requests-per-second",
        Load::Concurrency => "concurrency",
        Load::P99Latency => "p99-latency",
        Load::QueueDepth => "queue-depth",
        Load::QueueAge => "queue-age",
        Load::OutboxLag => "outbox-lag",
        Load::CheckoutsInFlight => "checkouts-in-flight",
        Load::Cpu => "cpu",
    }
}
