//! A rule that nobody tries is a rule that may refuse everything, or nothing: here each of them refuses something.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{errors, stack};
use crate::tests::schema;

/// Specs that are refused, each with what it was before where that matters. Which rules they break is found out.
fn wrong() -> Vec<(Value, Option<Value>)> {
    let created = |spec: Value| (spec, None);
    let changed = |from: Value, to: Value| (to, Some(from));
    let service = |name: &str, service: Value| json!({ "services": { name: service } });
    let embedded = |name: &str, embedded: Value| json!({ name: { "embedded": embedded } });
    let sleepless = ["gateway", "storefront", "users", "catalog", "inventory", "orders", "payments"];
    let mut all: Vec<(Value, Option<Value>)> = sleepless
        .into_iter()
        .map(|name| created(service(name, json!({ "scaling": { "min": 0 } }))))
        .collect();
    let metric = |metric: Value| service("users", json!({ "scaling": { "metrics": [metric] } }));
    let resources = |name: &str| {
        let amounts = |amount: &str| json!({ name: amount });
        service("users", json!({ "resources": { "requests": amounts("2"), "limits": amounts("1") } }))
    };
    let amounts = json!({ "cpu": "much", "memory": "little" });
    let s3 = json!({ "endpoint": "s3", "bucket": "B", "secretName": "s3" });
    let window = json!({ "start": "2", "durationMinutes": 60, "timeZone": "utc" });
    let storage = |storage: Value| embedded("database", json!({ "storage": storage }));
    all.extend([
        created(service("users", json!({ "enabled": false }))),
        created(service("gateway", json!({ "enabled": false }))),
        created(service("payments", json!({ "config": { "provider": "Stripe" } }))),
        created(service(
            "users",
            json!({ "image": "No", "secretName": "No", "resources": { "requests": amounts } }),
        )),
        created(resources("cpu")),
        created(resources("memory")),
        created(service("users", json!({ "scaling": { "min": 3, "max": 2 } }))),
        created(service("notifications", json!({ "scaling": { "mode": "HPA", "min": 0 } }))),
        created(service(
            "users",
            json!({ "scaling": { "max": 2, "onMissingMetrics": { "then": "Static", "replicas": 3 } } }),
        )),
        created(metric(json!({ "name": "No", "target": "0", "query": " " }))),
        created(metric(json!({ "name": "a", "target": "1" }))),
        created(metric(json!({ "name": "a", "target": "1", "preset": "Cpu", "type": "Value" }))),
        created(json!({ "version": "1", "operation": { "maintenanceWindows": [window] } })),
        changed(json!({ "version": "0.3.0" }), json!({ "version": "0.2.0" })),
        created(json!({ "defaults": { "podLabels": { "app.kubernetes.io/name": "-" } } })),
        created(json!({ "database": { "mode": "External" } })),
        changed(json!({}), json!({ "database": { "mode": "CloudNativePG" } })),
        changed(embedded("database", json!({ "version": "16" })), json!({})),
        created(json!({ "database": { "restoreFrom": { "dump": "/" } } })),
        changed(json!({}), json!({ "database": { "restoreFrom": { "volumeClaim": "dumps" } } })),
        created(embedded("database", json!({ "backup": { "schedule": "daily", "s3": s3 } }))),
        changed(storage(json!({ "size": "2Gi" })), storage(json!({ "size": "1Gi", "className": "fast" }))),
        created(json!({ "messaging": { "mode": "External" } })),
        changed(json!({}), json!({ "messaging": { "mode": "RabbitmqCluster" } })),
        created(embedded("messaging", json!({ "replicas": 2 }))),
        changed(embedded("messaging", json!({ "replicas": 3 })), json!({})),
        changed(json!({}), json!({ "messaging": { "rabbitmqCluster": { "replicas": 1 } } })),
        created(json!({ "messaging": { "rabbitmqCluster": { "replicas": 4 } } })),
        created(
            json!({ "exposure": { "type": "None", "hosts": ["10.0.0.1"], "tls": { "secretName": "tls" } } }),
        ),
        created(json!({ "exposure": { "type": "Gateway" } })),
        created(json!({ "exposure": { "tls": { "secretName": "tls", "issuerRef": { "name": "ca" } } } })),
        created(
            json!({ "exposure": { "ingress": { "annotations": { "ecommercestack.dev/applied": "x" } } } }),
        ),
        created(json!({ "security": { "mtls": { "issuer": "CertManager", "caHours": 720 } } })),
        created(
            json!({ "observability": { "prometheus": { "mode": "External" }, "otlpEndpoint": "collector" } }),
        ),
    ]);
    all
}

/// How often each message stands in the schema.
fn messages(schema: &Value, found: &mut BTreeMap<String, usize>) {
    match schema {
        Value::Object(map) => {
            for rule in map.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten() {
                *found.entry(rule["message"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            map.values().for_each(|value| messages(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| messages(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_rule_refuses_something_with_a_message_that_says_what_to_do() {
    let mut known = BTreeMap::new();
    messages(schema(), &mut known);
    let said: BTreeSet<String> = wrong()
        .into_iter()
        .flat_map(|(spec, old)| {
            let old = old.map(|old| stack("shop", old));
            errors(&stack("shop", spec), old.as_ref())
        })
        .chain(errors(&stack("No", json!({})), None))
        .map(|error| error.message)
        .collect();
    let silent: Vec<&String> = known.keys().filter(|message| !said.contains(*message)).collect();
    assert_eq!(silent, Vec::<&String>::new());
    assert!(known.keys().all(|message| message.contains(':') && !message.contains('\n')), "{known:?}");
    assert!(known.values().sum::<usize>() >= 150, "{known:?}");
}
