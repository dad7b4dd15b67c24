//! Mode KEDA: a ScaledObject that asks Prometheus by itself.

use contracts::Load;
use operator_scaling::{Fallback, Metric, Policy, Query, Source, Target};
use serde_json::{Value, json};

use super::behavior::behavior;
use super::trigger_authentication::is_needed;
use crate::{
    Bounds, Component, Credentials, Inputs, Manifest, PrometheusServer, ServicePlan, ValidatedStack, names,
};

/// As often as the operator asks.
const POLLING_S: u64 = 15;

/// None: there is no Prometheus to ask, so nothing would scale.
pub fn scaled_object(stack: &ValidatedStack, inputs: &Inputs, plan: &ServicePlan) -> Option<Manifest> {
    let url = match &stack.prometheus().server {
        PrometheusServer::Embedded { url } | PrometheusServer::External { url, .. } => url,
        PrometheusServer::Disabled => return None,
    };
    let name = names::service(stack, plan.role);
    let policy = &plan.scaling.policy;
    let Bounds { min, max } = super::bounds(inputs, plan);
    let waking = waking(policy);
    let triggers: Vec<Value> = policy
        .metrics
        .iter()
        .chain(&waking)
        .map(|metric| trigger(stack, inputs, url, asked(stack, plan, metric), &metric.name))
        .collect();
    let mut spec = json!({
        "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name },
        "pollingInterval": POLLING_S,
        "minReplicaCount": min,
        "maxReplicaCount": max,
        "triggers": triggers,
        "advanced": {
            // Or the pods would be as many as when KEDA came, the moment it goes.
            "restoreToOriginalReplicaCount": false,
            "horizontalPodAutoscalerConfig": { "behavior": behavior(policy) },
        },
    });
    if let Some(fallback) = fallback(plan) {
        spec["fallback"] = fallback;
    }
    let paused = inputs.paused.get(&plan.role).map_or_else(
        || json!({}),
        |replicas| json!({ "autoscaling.keda.sh/paused-replicas": replicas.to_string() }),
    );
    let object =
        Manifest::new("ScaledObject", stack, Component::Service(plan.role), name, json!({ "spec": spec }));
    Some(object.with_annotations(&paused))
}

/// What brings a service back that has no pods, and so none that could say how long its messages wait: any message.
fn waking(policy: &Policy) -> Option<Metric> {
    let depth = Source::Preset(Load::QueueDepth);
    let is_needed = policy.min == 0 && policy.metrics.iter().all(|metric| metric.source != depth);
    // How many pods there are is left to the others.
    let target = Target::PerPod(1e6);
    is_needed.then(|| Metric { name: "waking".to_owned(), source: depth, target })
}

/// Without data KEDA's HPA holds by itself. It counts failures and not time, so it waits as many as fit in.
fn fallback(plan: &ServicePlan) -> Option<Value> {
    let missing = &plan.scaling.policy.on_missing;
    let (behavior, replicas) = match missing.then {
        Fallback::Hold => return None,
        Fallback::CurrentIfHigher(replicas) => ("currentReplicasIfHigher", replicas),
        Fallback::Static(replicas) => ("static", replicas),
    };
    let failures = missing.hold_for.as_secs().div_ceil(POLLING_S);
    Some(json!({ "behavior": behavior, "replicas": replicas, "failureThreshold": failures }))
}

fn trigger(
    stack: &ValidatedStack,
    inputs: &Inputs,
    url: &str,
    (query, target): (String, Target),
    name: &str,
) -> Value {
    let (kind, target) = match target {
        Target::PerPod(target) => ("AverageValue", target),
        Target::Whole(target) => ("Value", target),
    };
    let mut trigger = json!({
        "type": "prometheus",
        "name": name,
        "metricType": kind,
        "metadata": {
            "serverAddress": url,
            "query": query,
            "threshold": thousandths(target),
            // An empty answer is no data; KEDA would take it for zero.
            "ignoreNullValues": "false",
        },
    });
    if is_needed(stack, inputs) {
        trigger["authenticationRef"] = json!({ "name": names::prometheus(&stack.name) });
    }
    if stack.mtls && matches!(stack.prometheus().server, PrometheusServer::Embedded { .. }) {
        trigger["metadata"]["authModes"] = json!("tls");
    } else if let Some(credentials) = inputs.credentials {
        trigger["metadata"]["authModes"] = json!(match credentials {
            Credentials::Bearer => "bearer",
            Credentials::Basic => "basic",
        });
    }
    trigger
}

/// The query with one answer, and the target in its unit.
fn asked(stack: &ValidatedStack, plan: &ServicePlan, metric: &Metric) -> (String, Target) {
    let load = match &metric.source {
        Source::Query(query) => return (query.clone(), metric.target),
        Source::Preset(load) => *load,
    };
    let interval = stack.prometheus().scrape_interval;
    let Query(of_all) = Query::preset(load, interval, &[(stack.namespace(), stack.name())]);
    let own = format!(
        r#"({of_all}) and on (service) label_replace(vector(1), "service", "{}", "", "")"#,
        plan.role
    );
    match (load, metric.target) {
        // KEDA reckons in thousandths, and those of a core are coarse.
        (Load::Cpu, Target::PerPod(cores)) => (format!("1000 * ({own})"), Target::PerPod(1000.0 * cores)),
        (_, target) => (own, target),
    }
}

/// At least one, or KEDA would divide by nothing.
fn thousandths(value: f64) -> String {
    let text = format!("{:.3}", value.max(0.001));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
