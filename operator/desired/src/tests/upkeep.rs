//! What a change to the stack touches, and what it leaves alone.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::stacks::{all, built, find, inputs, restarted, samples, scaled, shop, templates, tuned, valid};
use crate::{Desired, RootSecret, Step, build, references, validate};

#[test]
fn the_same_stack_gives_the_same_bytes() {
    let text = |desired: Desired| desired.manifests().map(|m| m.value().to_string()).collect::<String>();
    assert_eq!(text(built(json!({}))), text(built(json!({}))));
}

#[test]
fn to_scale_a_service_restarts_nothing() {
    let scaled =
        built(json!({ "services": { "orders": { "scaling": { "mode": "Fixed", "replicas": 4 } } } }));
    let mut after = all(&scaled);
    after.remove(&("PodDisruptionBudget", "shop-orders".to_owned()));
    assert_eq!(all(&built(json!({}))), after);
    assert_eq!(find(&scaled, "Deployment", "shop-orders").unwrap().initial_replicas(), Some(4));
}

#[test]
fn to_change_how_a_service_is_scaled_touches_what_scales_it_and_nothing_else() {
    let before = all(&built(json!({})));
    for scaling in [
        json!({ "max": 9, "metrics": [{ "name": "load", "preset": "Concurrency", "target": "5" }] }),
        json!({ "mode": "External" }),
        json!({ "mode": "HPA" }),
    ] {
        let mut after = all(&built(json!({ "services": { "orders": { "scaling": scaling } } })));
        after.remove(&("HorizontalPodAutoscaler", "shop-orders".to_owned()));
        assert_eq!(before, after);
    }
}

#[test]
fn how_often_pods_are_asked_concerns_prometheus_alone() {
    let prometheus = |prometheus: Value| built(json!({ "observability": { "prometheus": prometheus } }));
    let slower = prometheus(json!({ "scrapeIntervalSeconds": 15 }));
    assert_eq!(restarted(&built(json!({})), &slower), ["shop-prometheus"]);
    let external = prometheus(json!({ "mode": "External", "external": { "url": "http://prometheus" } }));
    assert!(restarted(&built(json!({})), &external).is_empty());
    assert!(external.manifests().all(|manifest| manifest.component() != crate::Component::Prometheus));
}

#[test]
fn to_disable_a_service_removes_its_pods_and_restarts_neither_database_nor_broker() {
    let before = built(json!({}));
    let after = built(json!({ "services": { "payments": { "enabled": false } } }));
    for kind in ["Deployment", "Service", "ServiceAccount", "Secret"] {
        assert!(find(&before, kind, "shop-payments").is_some(), "{kind}");
        assert!(find(&after, kind, "shop-payments").is_none(), "{kind}");
    }
    // The gateway is told not to send anything there any more.
    assert_eq!(restarted(&before, &after), ["shop-gateway"]);
}

#[test]
fn a_new_image_migrates_before_it_serves() {
    let before = all(&built(json!({})));
    let after = all(&built(json!({ "services": { "orders": { "image": "shop:next" } } })));
    let jobs = |all: &BTreeMap<(&str, String), Value>| -> Vec<String> {
        all.keys().filter(|(kind, _)| *kind == "Job").map(|(_, name)| name.clone()).collect()
    };
    let (old, new) = (jobs(&before), jobs(&after));
    let fresh: Vec<&String> = new.iter().filter(|name| !old.contains(name)).collect();
    assert_eq!((old.len(), new.len(), fresh.len()), (6, 6, 1));
    assert!(fresh[0].starts_with("shop-migrate-orders-"), "{}", fresh[0]);
}

#[test]
fn a_new_root_secret_restarts_whatever_read_the_old_one() {
    let stack = validate(&shop()).unwrap();
    let other = crate::Inputs { root: RootSecret::new([9; 32]), ..inputs() };
    let mut restarted = restarted(&build(&stack, &inputs()), &build(&stack, &other));
    restarted.sort();
    let readers = [
        "catalog",
        "gateway",
        "inventory",
        "notifications",
        "orders",
        "payments",
        "postgres",
        "rabbitmq",
        "users",
    ];
    assert_eq!(restarted, readers.map(|name| format!("shop-{name}")));
}

#[test]
fn a_volume_outlives_its_stack_unless_told_otherwise() {
    for (policy, owned) in [("Retain", false), ("Delete", true)] {
        let desired = built(json!({ "deletionPolicy": policy }));
        for name in ["shop-postgres", "data-shop-rabbitmq-0", "shop-prometheus"] {
            let volume = find(&desired, "PersistentVolumeClaim", name).unwrap();
            assert_eq!(volume.value()["metadata"].get("ownerReferences").is_some(), owned, "{policy} {name}");
            assert!(!volume.kind().pruned);
        }
    }
}

#[test]
fn everything_but_volumes_goes_with_the_stack() {
    for desired in samples() {
        for manifest in desired.manifests().filter(|manifest| manifest.kind().kind != "PersistentVolumeClaim")
        {
            // They have volumes, which would go with them.
            if ["Cluster", "RabbitmqCluster"].contains(&manifest.kind().kind) {
                continue;
            }
            let owner = &manifest.value()["metadata"]["ownerReferences"][0];
            assert_eq!((&owner["controller"], &owner["kind"]), (&json!(true), &json!("EcommerceStack")));
        }
    }
}

#[test]
fn what_is_rendered_from_a_file_has_no_owner() {
    let mut stack = shop();
    stack.metadata.uid = None;
    let desired = build(&validate(&stack).unwrap(), &inputs());
    assert!(
        desired.manifests().all(|manifest| manifest.value()["metadata"].get("ownerReferences").is_none())
    );
}

#[test]
fn waves_hold_what_they_are_for() {
    let desired = built(json!({}));
    let kinds = |step| {
        let wave = desired.waves.iter().find(|wave| wave.step == step).unwrap();
        let mut kinds: Vec<&str> = wave.manifests.iter().map(|manifest| manifest.kind().kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(Step::Config), ["ConfigMap", "NetworkPolicy", "Secret", "ServiceAccount"]);
    assert_eq!(kinds(Step::Infrastructure), ["PersistentVolumeClaim", "Service", "StatefulSet"]);
    assert_eq!(kinds(Step::Migrations), ["Job"]);
    let with_prometheus = ["Deployment", "Ingress", "PersistentVolumeClaim", "Service", "StatefulSet"];
    assert_eq!(kinds(Step::Services), with_prometheus);
}

#[test]
fn secrets_that_the_user_names_are_listed_with_their_fields() {
    let listed: Vec<(String, String)> =
        references(&validate(&tuned()).unwrap()).into_iter().map(|found| (found.path, found.name)).collect();
    let expected = [
        ("spec.defaults.image.pullSecrets[0].name", "registry"),
        ("spec.exposure.tls.secretName", "shop-tls"),
        ("spec.services.payments.secretName", "stripe"),
        ("spec.services.notifications.secretName", "smtp"),
    ];
    assert_eq!(listed, expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
    let of_prometheus: Vec<String> =
        references(&validate(&scaled()).unwrap()).into_iter().map(|found| found.path).collect();
    let path = "spec.observability.prometheus.external";
    assert_eq!(of_prometheus, ["authSecretName", "caSecretName"].map(|field| format!("{path}.{field}")));
    assert!(references(&valid(json!({}))).is_empty());
}

#[test]
fn the_url_is_that_of_the_first_host() {
    assert_eq!(validate(&shop()).unwrap().url().as_deref(), Some("http://shop.localhost"));
    assert_eq!(validate(&tuned()).unwrap().url().as_deref(), Some("https://shop.example.com"));
    assert_eq!(valid(json!({})).url(), None);
}

#[test]
fn a_stack_without_a_door_has_no_ingress() {
    let desired = built(json!({ "exposure": { "type": "None" } }));
    assert!(desired.manifests().all(|manifest| manifest.kind().kind != "Ingress"));
}

#[test]
fn every_kind_that_is_built_is_in_the_table_and_the_table_holds_no_other() {
    for kind in crate::Manifest::KINDS {
        assert!(
            samples().iter().any(|desired| desired.manifests().any(|m| m.kind() == kind)),
            "{}",
            kind.kind
        );
    }
}

#[test]
fn servers_run_once_whoever_scales_them() {
    let desired = built(json!({}));
    for (manifest, _) in templates(&desired).filter(|(manifest, _)| manifest.kind().kind == "StatefulSet") {
        assert_eq!(manifest.value()["spec"]["replicas"], json!(1), "{}", manifest.name());
    }
}

#[test]
fn only_whoever_is_never_alone_is_guarded_against_drains() {
    let guarded = |spec: Value| -> Vec<String> {
        let desired = built(spec);
        let budgets = desired.manifests().filter(|manifest| manifest.kind().kind == "PodDisruptionBudget");
        let of_services = budgets.filter(|budget| matches!(budget.component(), crate::Component::Service(_)));
        of_services.map(|budget| budget.name().to_owned()).collect()
    };
    assert!(guarded(json!({})).is_empty());
    assert_eq!(guarded(json!({ "profile": "Production" })).len(), contracts::Role::ALL.len());
    let services = json!({
        "users": { "scaling": { "min": 2 } },
        "orders": { "scaling": { "mode": "Fixed", "replicas": 3 } },
        "payments": { "scaling": { "replicas": 3 } },
    });
    assert_eq!(guarded(json!({ "services": services })), ["shop-users", "shop-orders"]);
}

#[test]
fn labels_and_the_priority_that_every_pod_is_to_have_are_on_every_pod_and_select_none() {
    let desired = built(json!({
        "defaults": { "podLabels": { "team": "shop" }, "priorityClassName": "important" },
    }));
    for (manifest, template) in templates(&desired) {
        let name = manifest.name();
        assert_eq!(template["metadata"]["labels"]["team"], "shop", "{name}");
        assert_eq!(template["spec"]["priorityClassName"], "important", "{name}");
        assert!(manifest.value()["metadata"]["labels"].get("team").is_none(), "{name}");
        assert!(manifest.value()["spec"]["selector"]["matchLabels"].get("team").is_none(), "{name}");
    }
}
