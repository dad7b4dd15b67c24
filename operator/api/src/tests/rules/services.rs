//! What services need of each other and of the node.

use serde_json::{Value, json};

use super::created;

#[test]
fn whoever_checks_tokens_needs_users() {
    let off = json!({ "enabled": false });
    assert_eq!(created(json!({ "services": { "users": off } })), ["spec.services.users.enabled"]);
    let all = json!({
        "users": off, "catalog": off, "inventory": off, "orders": off, "payments": off, "notifications": off,
    });
    assert!(created(json!({ "services": all })).is_empty());
}

#[test]
fn a_request_is_not_above_its_limit() {
    let resources = |requests: Value, limits: Value| json!({ "requests": requests, "limits": limits });
    let orders = |resources: Value| json!({ "services": { "orders": { "resources": resources } } });
    let path = "spec.services.orders.resources.requests";
    let cpu = resources(json!({ "cpu": "200m" }), json!({ "cpu": "0.1" }));
    assert_eq!(created(orders(cpu.clone())), [format!("{path}.cpu")]);
    let memory = resources(json!({ "memory": "1Gi" }), json!({ "memory": "1000Mi" }));
    assert_eq!(created(orders(memory)), [format!("{path}.memory")]);
    assert_eq!(
        created(json!({ "defaults": { "resources": cpu } })),
        ["spec.defaults.resources.requests.cpu"]
    );
    let equal =
        resources(json!({ "cpu": "1", "memory": "1Gi" }), json!({ "cpu": "1000m", "memory": "1024Mi" }));
    assert!(created(orders(equal)).is_empty());
    assert!(created(orders(json!({ "requests": { "cpu": "1" } }))).is_empty());
}

#[test]
fn a_provider_of_payments_wants_to_know_who_asks() {
    let payments = |provider: &str, secret: Option<&str>| {
        let mut payments = json!({ "config": { "provider": provider } });
        if let Some(secret) = secret {
            payments["secretName"] = json!(secret);
        }
        created(json!({ "services": { "payments": payments } }))
    };
    for provider in ["Stripe", "PayPal"] {
        assert_eq!(payments(provider, None), ["spec.services.payments.secretName"], "{provider}");
        assert!(payments(provider, Some("keys")).is_empty(), "{provider}");
    }
    assert!(payments("Simulator", None).is_empty());
}
