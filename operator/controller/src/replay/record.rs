//! Asks a Prometheus for what was measured.

use std::time::Duration;

use operator_desired::{ServicePlan, ValidatedStack};
use operator_scaling::{Moment, Query, Source};
use serde_json::Value;

use super::recording::{self, Recording, UNACKNOWLEDGED, WAITING};
use crate::metrics::Metrics;
use crate::prometheus::{Limits, Prometheus, Server};

/// A person waits, and the range may be long.
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn record(
    server: &Server,
    stack: &ValidatedStack,
    service: &ServicePlan,
    range: (Moment, Moment),
    step: Duration,
) -> Result<Recording, String> {
    let limits = Limits { deadline: PATIENCE, body_bytes: 32 * 1024 * 1024, ..Limits::default() };
    let prometheus = Prometheus::with_limits(Metrics::new(), limits);
    let mut recording = Recording::default();
    for (name, query, is_ours) in questions(stack, service) {
        let answer = prometheus.range(server, &query.0, range, step).await;
        let mut answer = answer.map_err(|error| format!("{name}: {error}"))?;
        if is_ours {
            keep(&mut answer, stack, service);
        }
        let series = recording::series(&answer).map_err(|why| format!("{name}: {why}"))?;
        recording.0.insert(name, series);
    }
    Ok(recording)
}

/// Each entry, what it is asked with, and whether the answer is for many.
fn questions(stack: &ValidatedStack, service: &ServicePlan) -> Vec<(String, Query, bool)> {
    let scrape = stack.prometheus().scrape_interval;
    let stacks = [(stack.namespace(), stack.name())];
    let metrics = service.scaling.policy.metrics.iter().map(|metric| match &metric.source {
        Source::Preset(load) => (metric.name.clone(), Query::preset(*load, scrape, &stacks), true),
        Source::Query(text) => (metric.name.clone(), Query(text.clone()), false),
    });
    let queue = [
        (WAITING.to_owned(), Query::waiting(scrape, &stacks), true),
        (UNACKNOWLEDGED.to_owned(), Query::unacknowledged(scrape, &stacks), true),
    ];
    metrics.chain(queue.into_iter().filter(|_| service.scaling.policy.queue)).collect()
}

/// Drops the series of other services.
fn keep(answer: &mut Value, stack: &ValidatedStack, service: &ServicePlan) {
    let whose = [("namespace", stack.namespace()), ("stack", stack.name()), ("service", service.role.name())];
    if let Some(result) = answer["data"]["result"].as_array_mut() {
        result.retain(|series| whose.iter().all(|(label, value)| series["metric"][label] == *value));
    }
}
