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

/// Ports of one peer that follow each other.
struct Ports {
    protocol: &'static str,
    first: u16,
    last: u16,
}

impl Ports {
    fn value(&self) -> Value {
        let mut value = json!({ "protocol": self.protocol, "port": self.first });
        if self.first != self.last {
            value["endPort"] = json!(self.last);
        }
        value
    }
}

/// One rule per peer, with all its ports.
fn rules<'a>(
    stack: &ValidatedStack,
    inputs: &Inputs,
    peers: &str,
    edges: impl Iterator<Item = (Node, &'a Edge)>,
) -> Vec<Value> {
    let mut ports: BTreeMap<Node, Vec<Ports>> = BTreeMap::new();
    for (peer, &Edge { protocol, port, .. }) in edges {
        let ports = ports.entry(peer).or_default();
        match ports
            .last_mut()
            .filter(|before| before.protocol == protocol && before.last.checked_add(1) == Some(port))
        {
            Some(before) => before.last = port,
            None => ports.push(Ports { protocol, first: port, last: port }),
        }
    }
    let rule = |(peer, ports): (Node, Vec<Ports>)| {
        let mut rule = json!({ "ports": ports.iter().map(Ports::value).collect::<Vec<_>>() });
        let named = peer.peers(stack, inputs);
        if !named.is_empty() {
            rule[peers] = json!(named);
        }
        rule
    };
    ports.into_iter().map(rule).collect()
}
