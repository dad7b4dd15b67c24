//! A route of the Gateway API, at Gateways that the platform team keeps: their listeners have the certificates.

use contracts::Role;
use operator_api::ParentRef;
use serde_json::{Value, json};

use super::GATEWAY;
use crate::{Manifest, ValidatedStack, names};

pub fn route(stack: &ValidatedStack, hosts: &[String], parents: &[ParentRef]) -> Manifest {
    let name = names::service(stack, Role::Gateway);
    let backend = json!({ "name": name, "port": Role::Gateway.spec().port });
    let mut spec = json!({
        "parentRefs": parents.iter().map(parent).collect::<Vec<Value>>(),
        "rules": [{
            "matches": [{ "path": { "type": "PathPrefix", "value": "/" } }],
            "backendRefs": [backend],
        }],
    });
    if !hosts.is_empty() {
        spec["hostnames"] = json!(hosts);
    }
    Manifest::new("HTTPRoute", stack, GATEWAY, name, json!({ "spec": spec }))
}

fn parent(parent: &ParentRef) -> Value {
    let mut reference = json!({ "name": parent.name.0 });
    for (field, value) in [("namespace", &parent.namespace), ("sectionName", &parent.section_name)] {
        if let Some(value) = value {
            reference[field] = json!(value.0);
        }
    }
    reference
}
