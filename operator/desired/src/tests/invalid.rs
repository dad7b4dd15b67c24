//! What is refused, by which path, and with which advice.

use serde_json::{Value, json};

use super::stacks::with_spec;
use crate::validate;

fn found(spec: Value) -> Vec<String> {
    validate(&with_spec(spec)).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let found = found(json!({
        "defaults": { "image": { "reference": "Not An Image", "pullSecrets": [{ "name": "UPPER" }] } },
        "services": {
            "gateway": { "scaling": { "replicas": -1 } },
            "orders": {
                "scaling": { "replicas": 51 },
                "resources": { "requests": { "memory": "much" }, "limits": { "cpu": "1.2345" } },
                "config": { "cancellationWindowSeconds": 86401 },
            },
        },
        "database": { "embedded": { "storage": { "size": "0Gi", "className": "No" } } },
        "messaging": { "embedded": { "image": "" } },
        "exposure": { "hosts": ["http://shop.example.com", "10.0.0.1", "a.test", "a.test"] },
    }));
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn a_request_above_the_inherited_limit_is_refused() {
    let found = found(json!({
        "defaults": { "resources": { "limits": { "memory": "64Mi", "cpu": "100m" } } },
        "services": { "orders": { "resources": { "requests": { "memory": "65Mi", "cpu": "0.2" } } } },
    }));
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn a_door_needs_the_gateway() {
    let disabled = json!({ "gateway": { "enabled": false } });
    let found = found(json!({ "services": disabled }));
    assert!(found[0].starts_with("spec.services.gateway.enabled: "), "{found:?}");
    assert!(validate(&with_spec(json!({ "services": disabled, "exposure": { "type": "None" } }))).is_ok());
}

#[test]
fn tokens_need_users() {
    let found = found(json!({ "services": { "users": { "enabled": false } } }));
    assert!(found[0].starts_with("spec.services.users.enabled: catalog checks tokens"), "{found:?}");
    let off = json!({ "enabled": false });
    let alone = json!({
        "users": off, "catalog": off, "inventory": off, "orders": off, "payments": off, "notifications": off,
    });
    assert!(validate(&with_spec(json!({ "services": alone }))).is_ok());
}

#[test]
fn certificates_need_the_ingress() {
    let found = found(json!({ "exposure": { "type": "None", "tls": { "secretName": "tls" } } }));
    assert!(found[0].starts_with("spec.exposure.tls: "), "{found:?}");
}

#[test]
fn annotations_that_the_api_server_or_the_operator_would_stumble_over_are_refused() {
    let annotations = json!({ "not a key": "x", "ecommercestack.dev/applied": "x", "example.com/fine": "x" });
    let found = found(json!({ "exposure": { "ingress": { "annotations": annotations } } }));
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_name_that_children_could_not_carry_is_refused() {
    for name in ["a".repeat(33), "1shop".to_owned(), "shop.eu".to_owned(), "Shop".to_owned(), String::new()] {
        let mut stack = with_spec(json!({}));
        stack.metadata.name = Some(name.clone());
        let found = validate(&stack).unwrap_err();
        assert_eq!((found.len(), found[0].path.as_str()), (1, "metadata.name"), "{name}");
    }
}

#[test]
fn labels_of_pods_that_are_none_or_the_operators_own_are_refused() {
    let labels = json!({
        "app.kubernetes.io/name": "x", "ecommercestack.dev/x": "x", "no key": "x", "team": "a b", "fine": "x",
        "example.com/fine": "",
    });
    let found = found(json!({ "defaults": { "podLabels": labels, "priorityClassName": "No" } }));
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn overrides_that_no_pod_template_has_are_named_by_their_paths() {
    let overrides = json!({
        "metadata": { "label": { "a": "b" }, "annotations": { "a": 1 } },
        "replicas": 3,
        "spec": {
            "nodeSelector": null,
            "hostNetwork": "yes",
            "terminationGracePeriodSeconds": 60,
            "containers": [
                { "name": "orders", "envs": [], "livenessProbe": { "httpGet": { "path": "/" } } },
                { "name": "proxy", "ports": [{ "containerPort": "http" }] },
            ],
        },
    });
    let wrong = found(json!({ "services": { "orders": { "podOverrides": overrides } } }));
    insta::assert_snapshot!(wrong.join("\n"));
    let lacking = json!({ "spec": { "containers": [{ "image": "proxy:1" }] } });
    let found = found(json!({ "defaults": { "podOverrides": lacking } }));
    let missing = "is missing: fields beside it are overridden, so name it as well";
    assert_eq!(found, [format!("spec.defaults.podOverrides.spec.containers[0].name: {missing}")]);
}

#[test]
fn an_address_of_a_collector_that_is_none_is_not_repeated() {
    for wrong in ["http://me:secret@collector", "collector:4318", "http://collector:99999", "http://a?b"] {
        let found = found(super::golden::traced(wrong));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("spec.observability.otlpEndpoint: no address of a collector"),
            "{found:?}"
        );
        assert!(!found[0].contains("secret"), "{found:?}");
    }
}
