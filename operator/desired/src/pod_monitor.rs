//! For a Prometheus that the Prometheus operator runs: where the stack's metrics are, and what to call their series.
//!
//! The labels are those that the stack's own Prometheus gives, so that the same queries work with either.

use contracts::identity::Part;
use serde_json::{Value, json};

use crate::manifest::Component::{Messaging, Prometheus};
use crate::{BUNDLE, CERTIFICATE, Inputs, KEY, Manifest, PrometheusServer, ValidatedStack, metadata, names};

pub fn pod_monitors(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    if !(inputs.offers.has("PodMonitor") && stack.observability.pod_monitors) {
        return Vec::new();
    }
    let rabbitmq = json!({
        "port": "metrics",
        "path": "/metrics/detailed",
        "params": { "family": FAMILIES, "vhost": [names::VHOST] },
    });
    let services = json!({ "port": "admin", "path": "/metrics" });
    [
        (Prometheus, names::metrics(stack), metadata::selector_of_services(stack), services),
        (Messaging, names::rabbitmq(stack), metadata::selector(stack, Messaging), rabbitmq),
    ]
    .map(|(component, name, selector, endpoint)| {
        let endpoint = secured(stack, &name, endpoint);
        let content = json!({
            "spec": {
                "selector": { "matchLabels": selector },
                "podMetricsEndpoints": [labelled(stack, endpoint)],
            },
        });
        Manifest::new("PodMonitor", stack, component, name, content)
    })
    .into()
}

/// What queues and their consumers are doing.
pub const FAMILIES: [&str; 2] = ["queue_coarse_metrics", "queue_consumer_count"];

/// With the certificate of the stack's own Prometheus, for whoever gathers metrics does its work.
fn secured(stack: &ValidatedStack, server_name: &str, mut endpoint: Value) -> Value {
    if !stack.mtls {
        return endpoint;
    }
    let secret = names::certificate(&stack.name, Part::Prometheus);
    let file = |key: &str| json!({ "name": secret, "key": key });
    endpoint["scheme"] = json!("https");
    endpoint["tlsConfig"] = json!({
        "ca": { "secret": file(BUNDLE) },
        "cert": { "secret": file(CERTIFICATE) },
        "keySecret": file(KEY),
        "serverName": server_name,
    });
    endpoint
}

/// `namespace` and `instance` are labelled without being asked for.
fn labelled(stack: &ValidatedStack, mut endpoint: Value) -> Value {
    let of_label = |label: &str, target: &str| {
        let source = format!("__meta_kubernetes_pod_label_app_kubernetes_io_{label}");
        json!({ "sourceLabels": [source], "targetLabel": target })
    };
    endpoint["relabelings"] = json!([of_label("instance", "stack"), of_label("name", "service")]);
    // The stack's own Prometheus may ask more often than others would like to.
    if let PrometheusServer::External { .. } = stack.prometheus().server {
        endpoint["interval"] = json!(format!("{}s", stack.prometheus().scrape_interval.as_secs()));
    }
    endpoint
}
