//! Each rule that the API server evaluates: what it refuses, by which path, and what it lets pass.

use kube_cel::Validator;
use serde_json::{Value, json};

use super::schema;

fn stack(name: &str, spec: Value) -> Value {
    let stack = json!({ "metadata": { "name": name }, "spec": spec });
    kube_cel::apply_defaults(&schema(), &stack)
}

/// The paths of what is refused.
fn refused(new: &Value, old: Option<&Value>) -> Vec<String> {
    let Err(errors) = Validator::new().validate(&schema(), new, old) else { return vec![] };
    errors.iter().map(|error| error.field_path.clone()).collect()
}

fn created(spec: Value) -> Vec<String> {
    refused(&stack("shop", spec), None)
}

fn changed(from: Value, to: Value) -> Vec<String> {
    refused(&stack("shop", to), Some(&stack("shop", from)))
}

#[test]
fn an_empty_spec_is_accepted() {
    assert!(created(json!({})).is_empty());
    assert!(changed(json!({}), json!({})).is_empty());
}

#[test]
fn a_name_that_children_could_not_carry_is_refused() {
    for name in ["a-very-long-name-of-a-shop-33-char", "1shop", "shop.eu", "shop-"] {
        assert_eq!(refused(&stack(name, json!({})), None), [""], "{name}");
    }
    assert!(refused(&stack("an-almost-too-long-name-of-a-sho", json!({})), None).is_empty());
}

#[test]
fn the_ingress_needs_the_gateway() {
    let off = json!({ "gateway": { "enabled": false } });
    assert_eq!(created(json!({ "services": off })), ["spec.services.gateway.enabled"]);
    assert!(created(json!({ "services": off, "exposure": { "type": "None" } })).is_empty());
    assert!(created(json!({ "services": { "gateway": {} } })).is_empty());
}

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
fn certificates_need_the_ingress() {
    let exposure = |kind: &str| json!({ "exposure": { "type": kind, "tls": { "secretName": "tls" } } });
    assert_eq!(created(exposure("None")), ["spec.exposure.tls"]);
    assert!(created(exposure("Ingress")).is_empty());
}

#[test]
fn a_host_is_a_dns_name() {
    for wrong in
        ["10.0.0.1", "http://shop.example.com", "shop.example.com:8080", "Shop", "a..b", "*", "-a.b", "a."]
    {
        let hosts = json!({ "exposure": { "hosts": ["fine.test", wrong] } });
        assert_eq!(created(hosts), ["spec.exposure.hosts[1]"], "{wrong}");
    }
    for fine in ["*.example.com", "1.example.com", "shop", "a-b.c1", "xn--80ak6aa92e.com", "7-a", "7a-1"] {
        assert!(created(json!({ "exposure": { "hosts": [fine] } })).is_empty(), "{fine}");
    }
}

#[test]
fn amounts_have_a_form() {
    let requests = |name: &str, amount: &str| {
        created(json!({ "services": { "orders": { "resources": { "requests": { name: amount } } } } }))
    };
    for (name, wrong) in
        [("cpu", "much"), ("cpu", "1.2345"), ("cpu", "-1"), ("memory", "1.5Gi"), ("memory", "0")]
    {
        let path = format!("spec.services.orders.resources.requests.{name}");
        assert_eq!(requests(name, wrong), [path], "{wrong}");
    }
    for (name, fine) in
        [("cpu", "50m"), ("cpu", "0.5"), ("cpu", "2"), ("memory", "64Mi"), ("memory", "1048576")]
    {
        assert!(requests(name, fine).is_empty(), "{fine}");
    }
    // A size that can't be read is refused for that, and not also for shrinking.
    let sized = |size: &str| json!({ "database": { "embedded": { "storage": { "size": size } } } });
    assert_eq!(changed(sized("1Gi"), sized("small")), ["spec.database.embedded.storage.size"]);
}

#[test]
fn images_and_names_have_a_form() {
    assert_eq!(
        created(json!({ "defaults": { "image": { "reference": "My Shop" } } })),
        ["spec.defaults.image.reference"]
    );
    assert_eq!(
        created(json!({ "messaging": { "embedded": { "image": "Q" } } })),
        ["spec.messaging.embedded.image"]
    );
    let secrets = json!([{ "name": "fine.name" }, { "name": "Wrong" }]);
    let refused = created(json!({ "defaults": { "image": { "pullSecrets": secrets } } }));
    assert_eq!(refused, ["spec.defaults.image.pullSecrets[1].name"]);
    let digest = "registry.example.com:5000/shop/shop@sha256:0123456789abcdef";
    assert!(created(json!({ "defaults": { "image": { "reference": digest } } })).is_empty());
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
fn a_volume_grows_and_never_shrinks_even_from_the_default() {
    for server_path in ["database", "messaging", "observability.prometheus"] {
        let sized = |size: &str| {
            let embedded = json!({ "embedded": { "storage": { "size": size } } });
            server_path.rsplit('.').fold(embedded, |below, name| json!({ name: below }))
        };
        let path = [format!("spec.{server_path}.embedded.storage.size")];
        assert_eq!(changed(sized("2Gi"), sized("2047Mi")), path);
        assert_eq!(changed(json!({}), sized("512Mi")), path);
        assert!(changed(sized("1024Mi"), sized("1Gi")).is_empty());
        assert!(changed(json!({}), sized("2Gi")).is_empty());
    }
}

#[test]
fn a_volume_keeps_its_class() {
    let class = |name: &str| json!({ "database": { "embedded": { "storage": { "className": name } } } });
    let path = "spec.database.embedded.storage.className";
    assert_eq!(changed(class("slow"), class("fast")), [path]);
    assert_eq!(changed(json!({}), class("fast")), [path]);
    assert_eq!(changed(class("fast"), json!({})), [path]);
    assert!(changed(class("fast"), class("fast")).is_empty());
}

/// What is refused of how catalog is scaled, below `scaling`.
fn scaled(scaling: Value) -> Vec<String> {
    let refused = created(json!({ "services": { "catalog": { "scaling": scaling } } }));
    refused.iter().map(|path| path.replace("spec.services.catalog.scaling.", "")).collect()
}

#[test]
fn max_is_not_below_min() {
    assert_eq!(scaled(json!({ "min": 4 })), ["max"]);
    assert!(scaled(json!({ "min": 3 })).is_empty());
    assert!(scaled(json!({ "min": 2, "max": 2 })).is_empty());
}

#[test]
fn only_a_service_that_may_sleep_has_no_pods() {
    let without = |name: &str| json!({ "services": { name: { "scaling": { "min": 0 } } } });
    for name in ["gateway", "storefront", "users", "catalog", "inventory", "orders", "payments"] {
        assert_eq!(created(without(name)), [format!("spec.services.{name}.scaling.min")]);
    }
    assert!(created(without("notifications")).is_empty());
}

#[test]
fn an_hpa_has_a_pod_to_measure() {
    let of = |mode: &str| {
        created(json!({ "services": { "notifications": { "scaling": { "mode": mode, "min": 0 } } } }))
    };
    assert_eq!(of("HPA"), ["spec.services.notifications.scaling.min"]);
    assert!(of("KEDA").is_empty());
}

#[test]
fn the_number_without_metrics_is_one_that_the_service_may_have() {
    let missing = |then: &str, replicas: i32| {
        scaled(json!({ "min": 2, "max": 4, "onMissingMetrics": { "then": then, "replicas": replicas } }))
    };
    assert_eq!(missing("Static", 1), ["onMissingMetrics.replicas"]);
    assert_eq!(missing("CurrentIfHigher", 5), ["onMissingMetrics.replicas"]);
    assert!(missing("Static", 4).is_empty());
    assert!(missing("Hold", 1).is_empty());
}

#[test]
fn a_metric_is_either_a_preset_or_a_query_with_a_target() {
    let metric = |metric: Value| scaled(json!({ "metrics": [metric] }));
    let preset = json!({ "name": "load", "preset": "Cpu", "target": "50" });
    let query = json!({ "name": "load", "query": "vector(1)", "type": "Value", "target": "0.25" });
    assert!(metric(preset.clone()).is_empty());
    assert!(metric(query.clone()).is_empty());

    let with = |mut metric: Value, key: &str, value: &str| {
        metric[key] = json!(value);
        self::scaled(json!({ "metrics": [metric] }))
    };
    assert_eq!(with(preset.clone(), "query", "vector(1)"), ["metrics[0].preset"]);
    assert_eq!(metric(json!({ "name": "load", "target": "1" })), ["metrics[0].preset"]);
    assert_eq!(with(preset.clone(), "type", "Value"), ["metrics[0].type"]);
    assert_eq!(with(query.clone(), "query", "  "), ["metrics[0].query"]);
    assert_eq!(with(query, "name", "Load"), ["metrics[0].name"]);
    for wrong in ["0", "0.000", "-1", "1e3", "1.2345", "", "01", "fast", ".5"] {
        assert_eq!(with(preset.clone(), "target", wrong), ["metrics[0].target"], "{wrong}");
    }
    for fine in ["1", "0.001", "0.010", "0.5", "99999999.999", "200.25"] {
        assert!(with(preset.clone(), "target", fine).is_empty(), "{fine}");
    }
}

#[test]
fn an_external_prometheus_has_an_address_and_no_other_has() {
    let prometheus = |prometheus: Value| created(json!({ "observability": { "prometheus": prometheus } }));
    let path = "spec.observability.prometheus.external";
    let external = json!({ "url": "https://prometheus.monitoring.svc:9090/prefix" });
    assert_eq!(prometheus(json!({ "mode": "External" })), [path]);
    assert_eq!(prometheus(json!({ "external": external })), [path]);
    assert_eq!(prometheus(json!({ "mode": "Disabled", "external": external })), [path]);
    assert!(prometheus(json!({ "mode": "External", "external": external })).is_empty());
    for wrong in
        ["prometheus:9090", "ftp://a", "http://", "http://me:secret@a", "http://a?b=c", "http://a/ b"]
    {
        let found = prometheus(json!({ "mode": "External", "external": { "url": wrong } }));
        assert_eq!(found, [format!("{path}.url")], "{wrong}");
    }
}

/// There is one mode and one version yet, so the rules are tried on values that the enums will hold one day.
#[test]
fn modes_and_the_version_of_the_data_stay() {
    let changed = |pointer: &str, to: &str| {
        let old = stack("shop", json!({}));
        let mut new = old.clone();
        *new.pointer_mut(pointer).unwrap() = json!(to);
        refused(&new, Some(&old))
    };
    assert_eq!(changed("/spec/database/mode", "External"), ["spec.database.mode"]);
    assert_eq!(changed("/spec/messaging/mode", "External"), ["spec.messaging.mode"]);
    assert_eq!(changed("/spec/database/embedded/version", "18"), ["spec.database.embedded.version"]);
}

/// A rule nobody tries is a rule that may refuse everything, or nothing.
#[test]
fn every_rule_has_a_message_that_says_what_to_do() {
    fn check(value: &Value, count: &mut usize) {
        match value {
            Value::Object(map) => {
                for rule in
                    map.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten()
                {
                    *count += 1;
                    let message = rule["message"].as_str().unwrap();
                    assert!(message.contains(':') && !message.contains('\n'), "{message}");
                }
                map.values().for_each(|value| check(value, count));
            }
            Value::Array(items) => items.iter().for_each(|value| check(value, count)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut count = 0;
    check(&schema(), &mut count);
    assert!(count >= 100, "{count}");
}
