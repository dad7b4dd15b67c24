//! The embedded Prometheus: one pod with a volume that asks every pod of a service, and RabbitMQ, for their metrics.
//!
//! It finds pods by DNS: no account of it may ask the API server anything. The shop does not wait for it.

mod config_map;
mod stateful_set;

use serde_json::json;

use crate::configuration::service_account;
use crate::manifest::Component::Prometheus;
use crate::plan::MetricsServer;
use crate::{Inputs, Manifest, ValidatedStack, metadata, names, pod, ports, volume};

fn name(stack: &ValidatedStack) -> String {
    names::prometheus(&stack.name)
}

/// What the pod reads, and its account.
pub fn configuration(stack: &ValidatedStack) -> Vec<Manifest> {
    if stack.observability.embedded.is_none() {
        return Vec::new();
    }
    vec![service_account(stack, Prometheus, name(stack)), config_map::config_map(stack)]
}

pub fn server(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    let Some(MetricsServer { volume, .. }) = &stack.observability.embedded else { return Vec::new() };
    vec![
        volume::volume(stack, Prometheus, name(stack), volume),
        service(stack),
        pods_of_services(stack),
        stateful_set::stateful_set(stack, inputs, &config_map::config_map(stack)),
    ]
}

fn service(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "selector": metadata::selector(stack, Prometheus),
            "ports": [pod::service_port("http", ports::PROMETHEUS)],
        },
    });
    Manifest::new("Service", stack, Prometheus, name(stack), content)
}

/// An SRV record for each ready pod of each service, with the port that this pod calls `admin`.
fn pods_of_services(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "clusterIP": "None",
            "selector": metadata::selector_of_services(stack),
            // The number is for Services with an address; what counts is the name.
            "ports": [pod::service_port("admin", ports::PROMETHEUS)],
        },
    });
    Manifest::new("Service", stack, Prometheus, names::metrics(stack), content)
}
