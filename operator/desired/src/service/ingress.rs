//! The way in from outside: everything goes to the gateway.

use serde_json::{Value, json};

use contracts::Role;

use crate::plan::Door;
use crate::{Component, Manifest, ValidatedStack, names};

pub fn ingress(stack: &ValidatedStack, door: &Door) -> Manifest {
    let name = names::service(stack, Role::Gateway);
    let mut spec = json!({ "rules": rules(&name, &door.hosts) });
    if let Some(class) = &door.class {
        spec["ingressClassName"] = json!(class);
    }
    if let Some(secret) = &door.tls_secret {
        let mut tls = json!({ "secretName": secret });
        if !door.hosts.is_empty() {
            tls["hosts"] = json!(door.hosts);
        }
        spec["tls"] = json!([tls]);
    }
    Manifest::new("Ingress", stack, Component::Service(Role::Gateway), name, json!({ "spec": spec }))
        .with_annotations(&json!(door.annotations))
}

/// One per host; without hosts, one for every name.
fn rules(gateway: &str, hosts: &[String]) -> Vec<Value> {
    let rule = || {
        let backend = json!({ "service": { "name": gateway, "port": { "name": "http" } } });
        json!({ "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } })
    };
    let named = |host: &String| {
        let mut rule = rule();
        rule["host"] = json!(host);
        rule
    };
    if hosts.is_empty() { vec![rule()] } else { hosts.iter().map(named).collect() }
}
