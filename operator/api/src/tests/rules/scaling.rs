//! How a service is scaled, and by whose measurements.

use serde_json::{Value, json};

use super::created;

/// What is refused of how catalog is scaled, below `scaling`.
fn scaled(scaling: Value) -> Vec<String> {
    let refused = created(json!({ "services": { "catalog": { "scaling": scaling } } }));
    refused.iter().map(|path| path.replace("spec.services.catalog.scaling.", "")).collect()
}

#[test]
fn max_is_not_below_min() {
    assert_eq!(scaled(json!({ "min": 4, "max": 3 })), ["max"]);
    // The one that is left out gives way.
    assert!(scaled(json!({ "min": 40 })).is_empty());
    assert!(scaled(json!({ "max": 1 })).is_empty());
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
    assert!(scaled(json!({ "min": 2, "onMissingMetrics": { "then": "Static" } })).is_empty());
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
