//! The policies themselves.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Edge, Node};
use crate::{Component, Inputs, Manifest, ValidatedStack, metadata, names};

/// Nothing from anyone and nothing to anyone, for every pod of the stack.
pub fn deny(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "podSelector": { "matchLabels": metadata::selector_of_all(stack) },
            "policyTypes": ["Ingress", "Egress"],
        },
    });
    Manifest::new("NetworkPolicy", stack, Component::Stack, names::part(stack, "default-deny"), content)
}

/// All that one node may send and be sent.
pub fn of_node(stack: &ValidatedStack, inputs: &Inputs, node: Node, edges: &[Edge]) -> Manifest {
    let component = node.component().expect("only the stack's own have policies");
    let mut spec = json!({
        "podSelector": { "matchLabels": node.labels(stack) },
        "policyTypes": ["Ingress", "Egress"],
    });
    let ingress = edges.iter().filter(|edge| edge.to == node).map(|edge| (edge.from, edge));
    let egress = edges.iter().filter(|edge| edge.from == node).map(|edge| (edge.to, edge));
    let rules =
        [("ingress", rules(stack, inputs, "from", ingress)), ("egress", rules(stack, inputs, "to", egress))];
    for (direction, rules) in rules {
        if !rules.is_empty() {
            spec[direction] = json!(rules);
        }
    }
    Manifest::new(
        "NetworkPolicy",
        stack,
        component,
        names::part(stack, &node.to_string()),
        json!({ "spec": spec }),
    )
}

/// One rule per peer, with all its ports.
fn rules<'a>(
    stack: &ValidatedStack,
    inputs: &Inputs,
    peers: &str,
    edges: impl Iterator<Item = (Node, &'a Edge)>,
) -> Vec<Value> {
    let mut ports: BTreeMap<Node, Vec<Value>> = BTreeMap::new();
    for (peer, edge) in edges {
        ports.entry(peer).or_default().push(json!({ "protocol": edge.protocol, "port": edge.port }));
    }
    let rule = |(peer, ports): (Node, Vec<Value>)| {
        let mut rule = json!({ "ports": ports });
        let named = peer.peers(stack, inputs);
        if !named.is_empty() {
            rule[peers] = json!(named);
        }
        rule
    };
    ports.into_iter().map(rule).collect()
}
