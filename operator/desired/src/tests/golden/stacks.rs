//! The stacks that are kept in full: every mode of every part, at least once.

use std::collections::{BTreeMap, BTreeSet};

use contracts::Role;
use serde_json::{Value, json};

use crate::tests::databases::{of_databases, of_somebody_elses};
use crate::tests::messaging::of_somebody_elses as broker_of_somebody_elses;
use crate::tests::stacks::{
    clustered, inputs, inputs_of_scaled, minimal, scaled, shop, templates, tuned, valid,
};
use crate::{Desired, Inputs, Offers, build, validate};

pub fn stacks() -> Vec<(&'static str, Desired)> {
    let in_files = [
        ("an_empty_spec", minimal(), inputs()),
        ("the_sample_shop", shop(), inputs()),
        ("nearly_every_field", tuned(), inputs()),
        ("production_with_three_nodes", clustered(), inputs()),
        ("scaled_in_every_way", scaled(), inputs_of_scaled()),
    ];
    let in_files = in_files.map(|(name, stack, inputs)| (name, build(&validate(&stack).unwrap(), &inputs)));
    let databases = [
        "databases_in_a_cluster",
        "databases_of_somebody_elses",
        "dumps_and_a_restore",
        "a_move_of_databases",
    ];
    let here = [
        ("nothing_of_its_own", nothing_of_its_own(), elsewhere()),
        ("looked_after_by_operators", looked_after(), everywhere()),
        ("behind_a_gateway", behind_a_gateway(), everywhere()),
        ("an_ingress_with_a_certificate", an_ingress(), everywhere()),
        ("in_the_clear", in_the_clear(), inputs()),
        ("pods_of_the_users_making", pods(), inputs()),
        ("images_one_by_one", images(), after_a_soak()),
        ("dumps_on_a_volume", dumps_on_a_volume(), inputs()),
        ("traced", traced("http://collector.monitoring:4318"), inputs()),
    ];
    let here = here.map(|(name, spec, inputs)| (name, build(&valid(spec), &inputs)));
    in_files.into_iter().chain(databases.into_iter().zip(of_databases())).chain(here).collect()
}

fn everywhere() -> Inputs {
    Inputs { offers: Offers::all(), ..inputs() }
}

fn nothing_of_its_own() -> Value {
    json!({
        "database": { "mode": "External", "external": { "secretName": "server", "adminSecretName": "administrator" } },
        "messaging": { "mode": "External", "external": { "secretName": "mq" } },
        "observability": { "prometheus": { "mode": "External", "external": { "url": "http://prometheus:9090" } } },
        "exposure": { "type": "None" },
    })
}

fn elsewhere() -> Inputs {
    let mut inputs = broker_of_somebody_elses(Some("BEGIN CERTIFICATE"));
    inputs.database.external = Some(of_somebody_elses());
    inputs
}

fn looked_after() -> Value {
    json!({
        "profile": "Production",
        "database": { "mode": "CloudNativePG" },
        "messaging": { "mode": "RabbitmqCluster" },
    })
}

fn behind_a_gateway() -> Value {
    json!({
        "exposure": {
            "type": "Gateway",
            "hosts": ["shop.example.com"],
            "gateway": { "parentRefs": [{ "name": "public", "namespace": "infra", "sectionName": "https" }] },
        },
        "security": { "mtls": { "issuer": "CertManager", "issuerRef": { "name": "internal", "kind": "Issuer" } } },
    })
}

fn an_ingress() -> Value {
    json!({ "exposure": {
        "hosts": ["shop.example.com"],
        "tls": { "secretName": "shop-tls", "issuerRef": { "name": "letsencrypt" } },
    } })
}

fn in_the_clear() -> Value {
    json!({ "security": { "mtls": { "enabled": false }, "networkPolicy": { "enabled": false } } })
}

fn pods() -> Value {
    let spread = json!([{
        "topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": { "matchLabels": { "team": "shop" } },
    }]);
    json!({
        "defaults": {
            "podLabels": { "team": "shop" },
            "priorityClassName": "important",
            "podOverrides": { "spec": { "tolerations": [{ "key": "shop", "operator": "Exists" }] } },
        },
        "services": {
            "gateway": { "podOverrides": { "spec": { "topologySpreadConstraints": spread } } },
            "orders": { "podOverrides": {
                "metadata": { "labels": { "app.kubernetes.io/extra": "yes" }, "annotations": { "example.com/scrape": "no" } },
                "spec": { "containers": [{ "name": "orders", "env": [{ "name": "RUST_LOG", "value": "debug" }] }] },
            } },
        },
    })
}

fn images() -> Value {
    json!({
        "version": "0.2.0",
        "defaults": { "image": { "reference": "registry.example.com/shop" } },
        "services": {
            "orders": { "image": "registry.example.com/shop:0.2.1" },
            "payments": { "image": "registry.example.com/shop@sha256:0123456789abcdef" },
        },
    })
}

/// With something to remove once the old pods are gone.
fn after_a_soak() -> Inputs {
    Inputs { contracts: BTreeMap::from([(Role::Orders, "0.2.0")]), ..inputs() }
}

fn dumps_on_a_volume() -> Value {
    json!({ "database": {
        "embedded": { "backup": { "schedule": "0 3 * * *", "keep": 7, "storage": { "size": "10Gi" } } },
        "restoreFrom": { "volumeClaim": "old-backups", "stack": "old" },
    } })
}

pub fn traced(url: &str) -> Value {
    json!({ "observability": { "otlpEndpoint": url } })
}

#[test]
fn what_the_operator_may_do_and_when_is_no_part_of_any_object() {
    let documents = |spec: Value| {
        let desired = build(&valid(spec), &inputs());
        desired.manifests().map(|manifest| manifest.value().clone()).collect::<Vec<_>>()
    };
    let windows = json!([{ "days": ["Sat"], "start": "02:00", "durationMinutes": 240 }]);
    for operation in [
        json!({ "stopped": true }),
        json!({ "paused": true }),
        json!({ "updateStrategy": "Supervised", "maintenanceWindows": windows, "autoRollback": false }),
    ] {
        assert_eq!(documents(json!({ "operation": operation })), documents(json!({})), "{operation}");
    }
}

#[test]
fn services_alone_are_told_of_a_collector() {
    let told = |spec: Value| -> Vec<String> {
        let desired = build(&valid(spec), &inputs());
        let endpoint = r#"{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"http://collector:4318"}"#;
        let told = templates(&desired).filter(|(_, template)| template.to_string().contains(endpoint));
        told.map(|(manifest, _)| format!("{} {}", manifest.kind().kind, manifest.name())).collect()
    };
    let services = Role::ALL.map(|role| format!("Deployment shop-{role}"));
    assert_eq!(told(traced("http://collector:4318/")).into_iter().collect::<BTreeSet<_>>(), services.into());
    assert!(told(json!({})).is_empty());
}
