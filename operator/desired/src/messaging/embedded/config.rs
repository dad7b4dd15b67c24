//! What every node reads at its start.

use serde_json::json;

use crate::configuration;
use crate::manifest::Component::Messaging;
use crate::{Manifest, ValidatedStack, names};

pub fn config_map(stack: &ValidatedStack) -> Manifest {
    let listeners = if stack.mtls { include_str!("tls.conf") } else { include_str!("plain.conf") };
    let files = json!({
        "rabbitmq.conf": format!("{}{listeners}", include_str!("rabbitmq.conf")),
        "enabled_plugins": include_str!("enabled_plugins"),
        "start.sh": include_str!("start.sh"),
        "stop.sh": include_str!("stop.sh"),
    });
    configuration::config_map(stack, Messaging, names::rabbitmq(stack), &files)
}

/// Whom a node without data asks for the cluster. Apart from the rest, and no part of what a pod is started anew for: nodes that
/// have data know each other.
pub fn nodes(stack: &ValidatedStack, nodes: u32) -> Manifest {
    let mut list = "cluster_formation.peer_discovery_backend = classic_config\n".to_owned();
    for node in 0..nodes {
        let host = host(stack, &format!("{}-{node}", names::rabbitmq(stack)));
        list.push_str(&format!("cluster_formation.classic_config.nodes.{} = rabbit@{host}\n", node + 1));
    }
    let files = json!({ "nodes.conf": list });
    configuration::config_map(stack, Messaging, names::rabbitmq_nodes(stack), &files)
}

/// A node's name is part of its data, so it holds nothing that may change: neither an address nor the cluster's domain.
pub fn host(stack: &ValidatedStack, pod: &str) -> String {
    format!("{pod}.{}", names::rabbitmq_nodes(stack))
}
