//! A stack may come from a file or be older than a rule: whatever it says, it is refused or built, and nothing panics.

use operator_scaling::Target;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::stacks::{inputs, inputs_of_scaled, with_spec};
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
    (any::<bool>(), text(), scaling(), resources()).prop_map(|(enabled, image, scaling, resources)| {
        json!({ "enabled": enabled, "image": image, "scaling": scaling, "resources": resources })
    })
}

/// Numbers that are nearly right, and numbers that are not.
fn number() -> impl Strategy<Value = i32> {
    prop_oneof![4 => 0..6, 1 => any::<i32>()]
}

fn mode() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["Native", "HPA", "KEDA", "Fixed", "External"])
}

fn preset() -> impl Strategy<Value = String> {
    prop::sample::select(contracts::Load::ALL.to_vec()).prop_map(|load| format!("{load:?}"))
}

fn metric() -> impl Strategy<Value = Value> {
    let name = prop_oneof!["[a-z]{1,3}", text()];
    let target = prop_oneof!["[1-9][0-9]{0,3}([.][0-9])?", text()];
    (name, prop::option::of(preset()), prop::option::of(text()), target).prop_map(
        |(name, preset, query, target)| {
            json!({ "name": name, "preset": preset, "query": query, "target": target })
        },
    )
}

fn scaling() -> impl Strategy<Value = Value> {
    let metrics = proptest::collection::vec(metric(), 0..3);
    let rates = proptest::collection::vec((number(), number()), 0..3).prop_map(|rates| {
        let rate = |(value, period)| json!({ "type": "Pods", "value": value, "periodSeconds": period });
        rates.into_iter().map(rate).collect::<Vec<Value>>()
    });
    let then = prop::sample::select(vec!["Hold", "CurrentIfHigher", "Static"]);
    (mode(), number(), number(), number(), metrics, rates, then, number()).prop_map(
        |(mode, replicas, min, max, metrics, rates, then, missing)| {
            json!({
                "mode": mode,
                "replicas": replicas,
                "min": min,
                "max": max,
                "metrics": metrics,
                "behavior": { "scaleUp": { "policies": rates } },
                "onMissingMetrics": { "then": then, "replicas": missing },
            })
        },
    )
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

fn messaging() -> impl Strategy<Value = Value> {
    let mode = prop::sample::select(vec!["Embedded", "RabbitmqCluster", "External"]);
    let storage = (text(), text()).prop_map(|(size, class)| json!({ "size": size, "className": class }));
    let external = prop::option::of(text()).prop_map(|name| name.map(|name| json!({ "secretName": name })));
    (mode, prop::option::of(number()), number(), storage, external).prop_map(
        |(mode, replicas, nodes, storage, external)| {
            json!({
                "mode": mode,
                "embedded": { "replicas": replicas, "storage": storage },
                "rabbitmqCluster": { "replicas": nodes, "storage": storage },
                "external": external,
            })
        },
    )
}

fn spec() -> impl Strategy<Value = Value> {
    let storage = || (text(), text()).prop_map(|(size, class)| json!({ "size": size, "className": class }));
    (service(), service(), resources(), exposure(), storage(), messaging()).prop_map(
        |(gateway, orders, resources, exposure, database, messaging)| {
            json!({
                "services": { "gateway": gateway, "orders": orders },
                "defaults": { "resources": resources },
                "exposure": exposure,
                "database": { "embedded": { "storage": database } },
                "messaging": messaging,
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

    /// The rest is left out, so that some of them pass.
    #[test]
    fn any_broker_that_is_let_in_can_keep_a_majority(messaging in messaging()) {
        if let Ok(valid) = validate(&with_spec(json!({ "messaging": messaging }))) {
            let desired = build(&valid, &inputs_of_scaled());
            let brokers = desired.manifests().filter(|object| {
                object.component() == crate::Component::Messaging && object.value()["spec"]["replicas"].is_u64()
            });
            for broker in brokers {
                prop_assert!(broker.value()["spec"]["replicas"].as_u64().unwrap() % 2 == 1);
            }
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

    /// The rest is left out, so that some of them pass.
    #[test]
    fn any_scaling_that_is_let_in_can_be_carried_out(scaling in scaling()) {
        let stack = with_spec(json!({ "services": { "notifications": { "scaling": scaling } } }));
        if let Ok(valid) = validate(&stack) {
            let plan = &valid.services().last().unwrap().scaling;
            let policy = &plan.policy;
            prop_assert!(policy.min <= policy.max && policy.max >= 1);
            prop_assert!(!policy.metrics.is_empty());
            prop_assert!(!policy.scale_up.rates.is_empty() && !policy.scale_down.rates.is_empty());
            let fixed = plan.mode == operator_api::ScalingMode::Fixed;
            prop_assert!(fixed || (policy.min..=policy.max).contains(&plan.initial));
            for metric in &policy.metrics {
                let (Target::PerPod(target) | Target::Whole(target)) = metric.target;
                prop_assert!(target.is_finite() && target > 0.0);
            }
            build(&valid, &inputs_of_scaled());
        }
    }
}
