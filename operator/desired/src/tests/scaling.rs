//! How services are scaled: what is meant by what is left out, what is refused, and what the scaler's objects say.

use std::time::Duration;

use contracts::{Load, Role};
use operator_api::ScalingMode;
use operator_scaling::{Fallback, OnMissing, Rate, Select, Source, Target, Unit};
use serde_json::{Value, json};

use super::stacks::{find, inputs, inputs_of_scaled, scaled, valid, with_spec};
use crate::{Bounds, Credentials, Desired, Inputs, Manual, ScalingPlan, build, validate};

fn plan(role: Role, scaling: Value) -> ScalingPlan {
    let stack = valid(json!({ "services": { role.name(): { "scaling": scaling } } }));
    stack.services().iter().find(|plan| plan.role == role).unwrap().scaling.clone()
}

/// What is found wrong with how `role` is scaled, by the path below `scaling`.
fn refused(role: Role, scaling: Value) -> Vec<String> {
    let stack = with_spec(json!({ "services": { role.name(): { "scaling": scaling } } }));
    let prefix = format!("spec.services.{role}.scaling.");
    let found = validate(&stack).err().unwrap_or_default();
    found.iter().map(|one| one.path.strip_prefix(&prefix).unwrap_or(&one.path).to_owned()).collect()
}

#[test]
fn a_service_that_says_nothing_is_scaled_by_what_the_role_table_says() {
    for plan in valid(json!({})).services() {
        let ScalingPlan { mode, initial, policy, manual } = &plan.scaling;
        assert_eq!((*mode, *initial, policy.min, policy.max), (ScalingMode::Native, 1, 1, 3));
        assert_eq!(*manual, Manual::Timed(Duration::from_secs(1800)));
        let sources: Vec<&Source> = policy.metrics.iter().map(|metric| &metric.source).collect();
        assert_eq!(sources, [&Source::Preset(plan.role.spec().scaled_by.0)], "{}", plan.role);
    }
}

#[test]
fn in_production_a_service_has_two_pods_at_least() {
    let plan = |scaling: Value| {
        let services = json!({ "catalog": { "scaling": scaling } });
        valid(json!({ "profile": "Production", "services": services })).services()[3].scaling.clone()
    };
    let bounds = |scaling: Value| {
        let plan = plan(scaling);
        (plan.policy.min, plan.policy.max, plan.initial)
    };
    assert_eq!(bounds(json!({})), (2, 10, 2));
    // What is given counts, and what is left out gives way to it.
    assert_eq!(bounds(json!({ "min": 1 })), (1, 10, 2));
    assert_eq!(bounds(json!({ "max": 1 })), (1, 1, 1));
    assert_eq!(bounds(json!({ "min": 20 })), (20, 20, 20));
    assert_eq!(plan(json!({ "mode": "Fixed" })).initial, 2);
    let missing = json!({ "min": 4, "onMissingMetrics": { "then": "Static" } });
    assert_eq!(plan(missing).policy.on_missing.then, Fallback::Static(4));
}

#[test]
fn behavior_that_is_left_out_is_that_of_an_hpa() {
    let policy = plan(Role::Catalog, json!({})).policy;
    let rate = |unit, value| Rate { unit, value, period: Duration::from_secs(15) };
    assert_eq!(policy.scale_up.rates, [rate(Unit::Pods, 4), rate(Unit::Percent, 100)]);
    assert_eq!(policy.scale_down.rates, [rate(Unit::Percent, 100)]);
    assert_eq!((policy.scale_up.select, policy.scale_down.select), (Select::Max, Select::Max));
    assert_eq!(policy.scale_up.stabilization, Duration::ZERO);
    assert_eq!(policy.scale_down.stabilization, Duration::from_secs(300));
    assert_eq!(policy.on_missing, OnMissing { hold_for: Duration::from_secs(600), then: Fallback::Hold });
    assert!((policy.tolerance - 0.1).abs() < f64::EPSILON);
}

#[test]
fn a_deployment_begins_within_its_bounds_unless_the_number_is_fixed() {
    let initial = |scaling: Value| plan(Role::Notifications, scaling).initial;
    assert_eq!(initial(json!({ "min": 2 })), 2);
    assert_eq!(initial(json!({ "min": 0 })), 1);
    assert_eq!(initial(json!({ "replicas": 9 })), 3);
    assert_eq!(initial(json!({ "replicas": 3 })), 3);
    assert_eq!(initial(json!({ "replicas": 0, "min": 0 })), 0);
    assert_eq!(initial(json!({ "mode": "Fixed", "replicas": 9 })), 9);
    assert_eq!(initial(json!({ "mode": "Fixed", "replicas": 0 })), 0);
}

#[test]
fn the_mode_of_the_defaults_is_that_of_every_service_that_names_none() {
    let stack = valid(json!({
        "defaults": { "scaling": { "mode": "External" } },
        "services": { "catalog": { "scaling": { "mode": "Fixed" } }, "orders": { "scaling": { "max": 9 } } },
    }));
    for plan in stack.services() {
        let expected = if plan.role == Role::Catalog { ScalingMode::Fixed } else { ScalingMode::External };
        assert_eq!(plan.scaling.mode, expected, "{}", plan.role);
    }
}

#[test]
fn a_target_is_of_each_pod_or_of_the_whole_service() {
    let target = |metric: Value| plan(Role::Orders, json!({ "metrics": [metric] })).policy.metrics[0].target;
    let preset = |preset: &str| target(json!({ "name": "a", "preset": preset, "target": "60" }));
    for name in ["RequestsPerSecond", "Concurrency", "QueueDepth", "CheckoutsInFlight"] {
        assert_eq!(preset(name), Target::PerPod(60.0), "{name}");
    }
    for name in ["P99Latency", "QueueAge", "OutboxLag"] {
        assert_eq!(preset(name), Target::Whole(60.0), "{name}");
    }
    // 60 percent of the 25 thousandths of a core that a service asks for.
    let Target::PerPod(cores) = preset("Cpu") else { panic!("CPU is counted per pod") };
    assert!((cores - 0.015).abs() < 1e-9, "{cores}");
    let query = |kind: &str| target(json!({ "name": "a", "query": "x", "type": kind, "target": "0.5" }));
    assert_eq!(query("Value"), Target::Whole(0.5));
    assert_eq!(query("AverageValue"), Target::PerPod(0.5));
    assert_eq!(target(json!({ "name": "a", "query": "x", "target": "2" })), Target::PerPod(2.0));
}

#[test]
fn a_preset_that_the_role_can_not_be_measured_by_is_refused() {
    let names = |preset: &str| -> Vec<Role> {
        let metrics = json!({ "metrics": [{ "name": "a", "preset": preset, "target": "1" }] });
        let takes = |role: &Role| refused(*role, metrics.clone()).is_empty();
        Role::ALL.into_iter().filter(takes).collect()
    };
    let that = |filter: fn(&Role) -> bool| Role::ALL.into_iter().filter(filter).collect::<Vec<_>>();
    let with_queue = that(|role| !role.spec().subscriptions.is_empty());
    assert_eq!(names("QueueDepth"), with_queue);
    assert_eq!(names("QueueAge"), with_queue);
    assert_eq!(names("OutboxLag"), that(|role| role.spec().owns_database));
    assert_eq!(names("CheckoutsInFlight"), [Role::Orders]);
    for preset in ["RequestsPerSecond", "Concurrency", "P99Latency", "Cpu"] {
        assert_eq!(names(preset), Role::ALL, "{preset}");
    }
}

#[test]
fn percent_of_no_cpu_is_refused_where_anything_is_measured() {
    let found = |mode: &str, scaling: Value| {
        let resources = json!({ "requests": { "cpu": "0" } });
        let stack = with_spec(json!({
            "defaults": { "scaling": { "mode": mode } },
            "services": { "users": { "resources": resources, "scaling": scaling } },
        }));
        validate(&stack).err().unwrap_or_default().into_iter().map(|one| one.path).collect::<Vec<_>>()
    };
    let cpu = json!({ "metrics": [{ "name": "cpu", "preset": "Cpu", "target": "70" }] });
    let load = json!({ "metrics": [{ "name": "load", "preset": "RequestsPerSecond", "target": "70" }] });
    assert_eq!(found("Native", json!({})), ["spec.services.users.scaling.metrics"]);
    assert_eq!(found("Native", cpu), ["spec.services.users.scaling.metrics[0].preset"]);
    assert!(found("Native", load.clone()).is_empty());
    assert!(found("Fixed", json!({})).is_empty());
    assert!(found("External", json!({})).is_empty());
    assert_eq!(found("HPA", load), ["spec.services.users.scaling.mode"]);
}

#[test]
fn whatever_a_role_is_scaled_by_is_a_preset_that_it_may_name() {
    for role in Role::ALL {
        let (load, _) = role.spec().scaled_by;
        let metrics = json!({ "metrics": [{ "name": "a", "preset": format!("{load:?}"), "target": "1" }] });
        assert_eq!(plan(role, metrics).policy.metrics[0].source, Source::Preset(load), "{role}");
    }
}

#[test]
fn every_wrong_field_of_scaling_is_named_with_what_to_do() {
    let metrics = json!([
        { "name": "load", "preset": "Cpu", "target": "0" },
        { "name": "load", "query": " ", "target": "1e3" },
        { "name": "No", "preset": "QueueAge", "query": "x", "target": "-1" },
        { "name": "b", "target": "5" },
        { "name": "c", "preset": "CheckoutsInFlight", "type": "Value", "target": "5" },
        { "name": "d", "query": "x".repeat(1025), "target": "5" },
    ]);
    let rates = |value: i32| json!([{ "type": "Pods", "value": value, "periodSeconds": 1801 }]);
    let stack = with_spec(json!({
        "defaults": { "scaling": { "mode": "HPA" } },
        "services": {
            "gateway": { "scaling": { "min": 0 } },
            "storefront": { "scaling": { "mode": "Fixed", "replicas": 51 } },
            "users": { "resources": { "requests": { "cpu": "0" } } },
            "catalog": { "scaling": {
                "mode": "KEDA", "min": 6, "max": 0, "metrics": metrics,
                "behavior": {
                    "tolerancePercent": 51,
                    "scaleUp": { "stabilizationWindowSeconds": 3601, "policies": rates(0) },
                    "scaleDown": { "stabilizationWindowSeconds": -1, "policies": rates(1001) },
                },
                "onMissingMetrics": { "then": "Static", "replicas": 0, "holdForSeconds": -1 },
                "manual": { "holdSeconds": 1 },
            } },
            "inventory": { "scaling": {
                "mode": "KEDA", "min": 2, "onMissingMetrics": { "then": "Static", "replicas": 6 },
            } },
            "notifications": { "scaling": { "min": 0 } },
        },
        "observability": { "prometheus": {
            "mode": "External",
            "scrapeIntervalSeconds": 4,
            "external": { "url": "http://me:secret@prometheus", "authSecretName": "No", "caSecretName": "" },
            "embedded": { "retentionHours": 0, "image": "No", "storage": { "size": "lots" } },
        } },
    }));
    let found: Vec<String> = validate(&stack).unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn an_external_prometheus_is_named_in_its_mode_only() {
    let found = |prometheus: Value| {
        let stack = with_spec(json!({ "observability": { "prometheus": prometheus } }));
        validate(&stack).err().unwrap_or_default().into_iter().map(|one| one.path).collect::<Vec<_>>()
    };
    let path = "spec.observability.prometheus.external";
    let external = json!({ "url": "http://prometheus:9090" });
    assert_eq!(found(json!({ "mode": "External" })), [path]);
    assert_eq!(found(json!({ "external": external })), [path]);
    assert!(found(json!({ "mode": "External", "external": external })).is_empty());
    assert!(found(json!({ "mode": "Disabled" })).is_empty());
}

fn built(inputs: &Inputs) -> Desired {
    build(&validate(&scaled()).unwrap(), inputs)
}

fn spec(desired: &Desired, kind: &str, name: &str) -> Value {
    find(desired, kind, name).unwrap().value()["spec"].clone()
}

#[test]
fn only_services_that_somebody_else_scales_have_a_scaler() {
    let desired = built(&inputs_of_scaled());
    let named = |kind: &str| -> Vec<&str> {
        desired
            .manifests()
            .filter(|manifest| manifest.kind().kind == kind)
            .map(crate::Manifest::name)
            .collect()
    };
    assert_eq!(named("HorizontalPodAutoscaler"), ["scaled-gateway", "scaled-users", "scaled-inventory"]);
    assert_eq!(named("ScaledObject"), ["scaled-catalog", "scaled-notifications"]);
}

#[test]
fn the_floor_of_an_hpa_is_what_the_operator_gives() {
    let bounds = |bounds: Option<Bounds>| {
        let inputs = Inputs {
            bounds: bounds.map(|bounds| (Role::Users, bounds)).into_iter().collect(),
            ..inputs_of_scaled()
        };
        let spec = spec(&built(&inputs), "HorizontalPodAutoscaler", "scaled-users");
        (spec["minReplicas"].as_u64().unwrap(), spec["maxReplicas"].as_u64().unwrap())
    };
    assert_eq!(bounds(None), (1, 3));
    assert_eq!(bounds(Some(Bounds { min: 2, max: 3 })), (2, 3));
    // Held at nothing, or at more than max: an HPA has at least one, and its max is not below its min.
    assert_eq!(bounds(Some(Bounds { min: 0, max: 0 })), (1, 1));
    assert_eq!(bounds(Some(Bounds { min: 7, max: 5 })), (7, 7));
}

#[test]
fn what_is_held_stays_where_it_is_under_keda_too() {
    let paused = |inputs: &Inputs| {
        let desired = built(inputs);
        let object = find(&desired, "ScaledObject", "scaled-catalog").unwrap().value().clone();
        object["metadata"]["annotations"]["autoscaling.keda.sh/paused-replicas"].clone()
    };
    assert_eq!(paused(&inputs_of_scaled()), json!("7"));
    assert_eq!(paused(&Inputs { paused: [].into(), ..inputs_of_scaled() }), Value::Null);
}

#[test]
fn a_service_without_pods_is_woken_by_its_queue() {
    let desired = built(&inputs_of_scaled());
    let names = |name: &str| -> Vec<Value> {
        let triggers = spec(&desired, "ScaledObject", name)["triggers"].clone();
        triggers.as_array().unwrap().iter().map(|trigger| trigger["name"].clone()).collect()
    };
    assert_eq!(names("scaled-notifications"), ["queue-age", "waking"]);
    assert_eq!(names("scaled-catalog"), ["load", "cpu", "searches"]);
}

#[test]
fn keda_is_told_how_to_log_in_by_what_the_secret_holds() {
    let mode = |credentials| {
        let desired = built(&Inputs { credentials, ..inputs_of_scaled() });
        let trigger = spec(&desired, "ScaledObject", "scaled-catalog")["triggers"][0].clone();
        let parameters =
            spec(&desired, "TriggerAuthentication", "scaled-prometheus")["secretTargetRef"].clone();
        let parameters: Vec<Value> =
            parameters.as_array().unwrap().iter().map(|one| one["parameter"].clone()).collect();
        (trigger["metadata"]["authModes"].clone(), parameters)
    };
    assert_eq!(mode(None), (Value::Null, vec![json!("ca")]));
    assert_eq!(mode(Some(Credentials::Bearer)), (json!("bearer"), vec![json!("bearerToken"), json!("ca")]));
    let basic = vec![json!("username"), json!("password"), json!("ca")];
    assert_eq!(mode(Some(Credentials::Basic)), (json!("basic"), basic));
}

#[test]
fn kinds_that_the_cluster_does_not_know_are_left_out() {
    let desired = built(&inputs());
    assert!(desired.manifests().all(|manifest| !manifest.kind().optional));
}

#[test]
fn without_a_prometheus_nothing_asks_one() {
    let mut stack = scaled();
    stack.spec.observability.prometheus = operator_api::Prometheus {
        mode: operator_api::PrometheusMode::Disabled,
        ..operator_api::Prometheus::default()
    };
    let desired = build(&validate(&stack).unwrap(), &inputs_of_scaled());
    for kind in ["ScaledObject", "TriggerAuthentication", "StatefulSet"] {
        let named = desired.manifests().filter(|manifest| manifest.kind().kind == kind);
        assert!(named.into_iter().all(|manifest| !manifest.name().ends_with("prometheus")), "{kind}");
    }
    assert!(find(&desired, "ScaledObject", "scaled-catalog").is_none());
}

#[test]
fn a_load_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<String> =
        valid(json!({})).services().iter().map(|plan| plan.scaling.policy.metrics[0].name.clone()).collect();
    let loads: std::collections::BTreeSet<Load> =
        Role::ALL.iter().map(|role| role.spec().scaled_by.0).collect();
    assert_eq!(names.len(), loads.len());
}
