//! RabbitMQ's own clustering: one StatefulSet, a volume for each node, and names that stay the same when nodes are added.

mod config;
mod stateful_set;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use super::{EmbeddedBroker, definitions, ports};
use crate::configuration::{secret, service_account};
use crate::manifest::Component::Messaging;
use crate::{Inputs, Manifest, ValidatedStack, metadata, names, volume};

/// The key of the Erlang cookie in its Secret.
pub const COOKIE: &str = "cookie";
/// Of claims: the StatefulSet's controller looks for `<this>-<pod>`.
const DATA: &str = "data";

pub fn configuration(stack: &ValidatedStack, inputs: &Inputs, broker: &EmbeddedBroker) -> Vec<Manifest> {
    let name = || names::rabbitmq(stack);
    let wanted = definitions::definitions(stack, &inputs.root, None).document.to_string();
    vec![
        service_account(stack, Messaging, name()),
        config::config_map(stack),
        config::nodes(stack, nodes(broker, inputs)),
        secret(stack, Messaging, name(), [("definitions.json", wanted)]),
        secret(stack, Messaging, cookie_secret_name(&stack.name), [(COOKIE, cookie(inputs))]),
    ]
}

pub fn infrastructure(stack: &ValidatedStack, inputs: &Inputs, broker: &EmbeddedBroker) -> Vec<Manifest> {
    let nodes = nodes(broker, inputs);
    let claim = |node| volume::volume(stack, Messaging, volume_name(&stack.name, node), &broker.volume);
    let mut all: Vec<Manifest> = (0..nodes).map(claim).collect();
    all.extend([service(stack), service_of_nodes(stack)]);
    all.extend((nodes > 1).then(|| disruption_budget(stack)));
    all.push(stateful_set::stateful_set(stack, inputs, broker, nodes));
    all
}

pub fn cookie_secret_name(stack: &str) -> String {
    format!("{stack}-rabbitmq-cookie")
}

/// Whoever knows it may do anything to the nodes.
fn cookie(inputs: &Inputs) -> String {
    let derived = || BASE64_URL_SAFE_NO_PAD.encode(inputs.root.erlang_cookie());
    inputs.broker.cookie.clone().unwrap_or_else(derived)
}

/// The claim of a node, made by the operator before the StatefulSet's controller would make it.
pub fn volume_name(stack: &str, node: u32) -> String {
    format!("{DATA}-{stack}-rabbitmq-{node}")
}

/// As many as the spec says or as there are volumes: a node that is left out would be missed by the others for ever. An odd number.
fn nodes(broker: &EmbeddedBroker, inputs: &Inputs) -> u32 {
    broker.nodes.max(inputs.broker.volumes) | 1
}

/// As many nodes as there will be; None: they are not the stack's own.
pub fn nodes_of(stack: &ValidatedStack, inputs: &Inputs) -> Option<u32> {
    match &stack.messaging {
        super::MessagingPlan::Embedded(broker) => Some(nodes(broker, inputs)),
        super::MessagingPlan::Cluster(_) | super::MessagingPlan::External { .. } => None,
    }
}

/// For clients: nodes that are ready.
fn service(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": { "selector": metadata::selector(stack, Messaging), "ports": ports::of_service(stack) },
    });
    Manifest::new("Service", stack, Messaging, names::rabbitmq(stack), content)
}

/// For nodes, which must find each other before they are ready.
fn service_of_nodes(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": true,
            "selector": metadata::selector(stack, Messaging),
            "ports": ports::of_nodes(),
        },
    });
    Manifest::new("Service", stack, Messaging, names::rabbitmq_nodes(stack), content)
}

/// Two nodes at once would take the majority with them.
fn disruption_budget(stack: &ValidatedStack) -> Manifest {
    let selector = json!({ "matchLabels": metadata::selector(stack, Messaging) });
    let content = json!({ "spec": { "maxUnavailable": 1, "selector": selector } });
    Manifest::new("PodDisruptionBudget", stack, Messaging, names::rabbitmq(stack), content)
}
