//! An Ingress, for whichever controller the cluster has.

use std::collections::BTreeMap;

use contracts::Role;
use serde_json::{Value, json};

use super::GATEWAY;
use crate::{Manifest, ValidatedStack, names};

pub fn ingress(
    stack: &ValidatedStack,
    hosts: &[String],
    class: Option<&str>,
    annotations: &BTreeMap<String, String>,
    secret: Option<&str>,
) -> Manifest {
    let name = names::service(stack, Role::Gateway);
    let mut spec = json!({ "rules": rules(&name, hosts) });
    if let Some(class) = class {
        spec["ingressClassName"] = json!(class);
    }
    if let Some(secret) = secret {
        let mut tls = json!({ "secretName": secret });
        if !hosts.is_empty() {
            tls["hosts"] = json!(hosts);
        }
        spec["tls"] = json!([tls]);
    }
    Manifest::new("Ingress", stack, GATEWAY, name, json!({ "spec": spec }))
        .with_annotations(&json!(annotations))
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
