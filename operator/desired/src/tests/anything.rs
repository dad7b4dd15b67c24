//! A stack may come from a file or be older than a rule: whatever it says, it is refused or built, and nothing panics.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::stacks::{inputs, with_spec};
use crate::{build, names, validate};

/// Texts that are nearly right, and texts that are not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9.:/@*_-]{0,12}", "[0-9.]{1,8}(m|Mi|Gi|G|Ei)?", ".{0,12}"]
}

fn amounts() -> impl Strategy<Value = Value> {
    (text(), text()).prop_map(|(cpu, memory)| json!({ "cpu": cpu, "memory": memory }))
}

fn resources() -> impl Strategy<Value = Value> {
    (amounts(), amounts()).prop_map(|(requests, limits)| json!({ "requests": requests, "limits": limits }))
}

fn service() -> impl Strategy<Value = Value> {
    (any::<bool>(), text(), any::<i32>(), resources()).prop_map(|(enabled, image, replicas, resources)| {
        json!({ "enabled": enabled, "image": image, "scaling": { "replicas": replicas }, "resources": resources })
    })
}

fn exposure() -> impl Strategy<Value = Value> {
    (any::<bool>(), proptest::collection::vec(text(), 0..3), text(), text()).prop_map(
        |(open, hosts, class, annotation)| {
            json!({
                "type": if open { "Ingress" } else { "None" },
                "hosts": hosts,
                "ingress": { "className": class, "annotations": { annotation: "x" } },
                "tls": { "secretName": class },
            })
        },
    )
}

fn spec() -> impl Strategy<Value = Value> {
    let storage = || (text(), text()).prop_map(|(size, class)| json!({ "size": size, "className": class }));
    (service(), service(), resources(), exposure(), storage(), storage()).prop_map(
        |(gateway, orders, resources, exposure, database, messaging)| {
            json!({
                "services": { "gateway": gateway, "orders": orders },
                "defaults": { "resources": resources },
                "exposure": exposure,
                "database": { "embedded": { "storage": database } },
                "messaging": { "embedded": { "storage": messaging } },
            })
        },
    )
}

proptest! {
    #[test]
    fn any_spec_is_refused_by_path_or_built(spec in spec(), name in text()) {
        let mut stack = with_spec(spec);
        stack.metadata.name = Some(name);
        match validate(&stack) {
            Ok(valid) => prop_assert!(build(&valid, &inputs()).manifests().all(|object| names::is_label(object.name()))),
            Err(found) => prop_assert!(found.iter().all(|one| one.path.starts_with("spec.") || one.path == "metadata.name")),
        }
    }

    /// One field at a time, so that some of them pass.
    #[test]
    fn any_host_that_is_let_in_is_a_dns_name(host in text()) {
        if let Ok(valid) = validate(&with_spec(json!({ "exposure": { "hosts": [host] } }))) {
            prop_assert!(valid.door.unwrap().hosts.iter().all(|host| names::is_subdomain(host.trim_start_matches("*."))));
        }
    }

    #[test]
    fn any_amount_that_is_let_in_reads_the_same_once_it_was_stored(amount in text()) {
        if let Some(cpu) = crate::quantity::MilliCpu::parse(&amount) {
            prop_assert_eq!(crate::quantity::MilliCpu::parse(&cpu.canonical()), Some(cpu));
        }
        if let Some(bytes) = crate::quantity::Bytes::parse(&amount) {
            let stored = crate::quantity::Bytes::parse(&bytes.canonical());
            // Beyond the suffixes that a user may write there are two that only the API server does.
            prop_assert!(stored == Some(bytes) || ["P", "E", "Pi", "Ei"].iter().any(|suffix| bytes.canonical().ends_with(suffix)));
        }
    }
}
