//! What holds for each object of each sample.

use std::collections::BTreeSet;

use contracts::identity::Part;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::stacks::{samples, templates};
use crate::names;

/// A misspelt field would be dropped by the type, and an empty one added: either way the texts would differ.
#[test]
fn every_object_is_what_its_kubernetes_type_would_write() {
    fn again<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
        serde_json::to_value(serde_json::from_value::<T>(value.clone()).unwrap()).unwrap()
    }
    for desired in samples() {
        for manifest in desired.manifests() {
            let value = manifest.value();
            // Kinds of others are held against their definitions in a cluster.
            if manifest.kind().optional {
                continue;
            }
            let typed = match manifest.kind().kind {
                "CronJob" => again::<CronJob>(value),
                "ConfigMap" => again::<ConfigMap>(value),
                "Deployment" => again::<Deployment>(value),
                "HorizontalPodAutoscaler" => again::<HorizontalPodAutoscaler>(value),
                "Ingress" => again::<Ingress>(value),
                "Job" => again::<Job>(value),
                "PersistentVolumeClaim" => again::<PersistentVolumeClaim>(value),
                "NetworkPolicy" => again::<NetworkPolicy>(value),
                "PodDisruptionBudget" => again::<PodDisruptionBudget>(value),
                "Secret" => again::<Secret>(value),
                "Service" => again::<Service>(value),
                "ServiceAccount" => again::<ServiceAccount>(value),
                "StatefulSet" => again::<StatefulSet>(value),
                other => panic!("{other} has no type here"),
            };
            assert_eq!(&typed, value, "{} {}", manifest.kind().kind, manifest.name());
        }
    }
}

/// The API server drops these when it stores an object, so they would be found missing for ever.
#[test]
fn nothing_is_null_and_no_map_or_list_is_empty() {
    fn check(value: &Value, path: &str) {
        match value {
            Value::Null => panic!("{path} is null"),
            Value::Object(map) => {
                // To be there is all that such a volume says.
                assert!(!map.is_empty() || path.ends_with(".emptyDir"), "{path} is empty");
                map.iter().for_each(|(key, value)| check(value, &format!("{path}.{key}")));
            }
            Value::Array(items) => {
                assert!(!items.is_empty(), "{path} is empty");
                items.iter().for_each(|value| check(value, path));
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    for desired in samples() {
        desired.manifests().for_each(|manifest| check(manifest.value(), manifest.name()));
    }
}

#[test]
fn replicas_of_a_deployment_are_for_its_creation_only() {
    for desired in samples() {
        for manifest in desired.manifests() {
            let is_deployment = manifest.kind().kind == "Deployment";
            assert_eq!(manifest.initial_replicas().is_some(), is_deployment, "{}", manifest.name());
            assert!(
                !is_deployment || manifest.value()["spec"].get("replicas").is_none(),
                "{}",
                manifest.name()
            );
        }
    }
}

#[test]
fn every_pod_passes_pod_security_restricted_and_writes_to_volumes_only() {
    for desired in samples() {
        for (manifest, template) in templates(&desired) {
            let (name, spec) = (manifest.name(), &template["spec"]);
            assert_eq!(spec["automountServiceAccountToken"], json!(false), "{name}");
            assert_eq!(spec["securityContext"]["runAsNonRoot"], json!(true), "{name}");
            assert_ne!(spec["securityContext"]["runAsUser"], json!(0), "{name}");
            assert_eq!(spec["securityContext"]["seccompProfile"]["type"], json!("RuntimeDefault"), "{name}");
            for forbidden in ["hostNetwork", "hostPID", "hostIPC"] {
                assert!(spec.get(forbidden).is_none(), "{name} {forbidden}");
            }
            let permitted = ["configMap", "emptyDir", "persistentVolumeClaim", "secret"];
            for volume in spec["volumes"].as_array().unwrap_or(&Vec::new()) {
                assert!(permitted.iter().any(|kind| volume.get(kind).is_some()), "{name} {volume}");
            }
            let before = spec["initContainers"].as_array().cloned().unwrap_or_default();
            for container in spec["containers"].as_array().unwrap().iter().chain(&before) {
                let context = &container["securityContext"];
                assert_eq!(context["allowPrivilegeEscalation"], json!(false), "{name}");
                assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{name}");
                assert!(context["capabilities"].get("add").is_none(), "{name}");
                assert_eq!(context["readOnlyRootFilesystem"], json!(true), "{name}");
                assert!(container["resources"]["limits"]["memory"].is_string(), "{name}");
            }
        }
    }
}

#[test]
fn names_are_dns_labels_even_for_the_longest_stack() {
    let longest = "s".repeat(operator_api::MAX_NAME_LENGTH);
    let mut stack = super::stacks::shop();
    stack.metadata.name = Some(longest);
    let desired = crate::build(&crate::validate(&stack).unwrap(), &super::stacks::inputs());
    for manifest in desired.manifests() {
        assert!(names::is_label(manifest.name()), "{}", manifest.name());
    }
}

#[test]
fn no_two_objects_of_a_kind_share_a_name_and_every_name_is_labelled_with_its_stack() {
    for desired in samples() {
        let mut seen = BTreeSet::new();
        for manifest in desired.manifests() {
            assert!(seen.insert((manifest.kind().kind, manifest.name().to_owned())), "{}", manifest.name());
            let labels = &manifest.value()["metadata"]["labels"];
            assert_eq!(labels["app.kubernetes.io/managed-by"], "ecommerce-operator");
            assert_eq!(labels["app.kubernetes.io/part-of"], "ecommerce-stack");
            let stack = labels["app.kubernetes.io/instance"].as_str().unwrap();
            // The StatefulSet's controller decides how claims are called.
            let name = manifest.name().strip_prefix("data-").unwrap_or(manifest.name());
            assert!(name.starts_with(&format!("{stack}-")), "{name}");
        }
    }
}

#[test]
fn a_service_selects_pods_of_its_own_deployment_and_nothing_else() {
    for desired in samples() {
        let services = desired.manifests().filter(|manifest| manifest.kind().kind == "Service");
        for service in services.filter(|service| service.value()["spec"]["clusterIP"] != "None") {
            let selector = service.value()["spec"]["selector"].as_object().unwrap();
            let selected: Vec<&str> = templates(&desired)
                .filter(|(_, template)| {
                    let labels = &template["metadata"]["labels"];
                    selector.iter().all(|(key, value)| &labels[key] == value)
                })
                .map(|(manifest, _)| manifest.name())
                .collect();
            assert_eq!(selected, [service.name()]);
        }
    }
}

#[test]
fn metrics_are_asked_of_every_pod_of_a_service_and_of_no_other() {
    for desired in samples() {
        let of_services = |manifest: &&crate::Manifest| {
            manifest.kind().kind == "Service" && manifest.name().ends_with("-metrics")
        };
        let Some(metrics) = desired.manifests().find(of_services) else { continue };
        let selector = metrics.value()["spec"]["selector"].as_object().unwrap();
        for (manifest, template) in templates(&desired) {
            let labels = &template["metadata"]["labels"];
            let selected = selector.iter().all(|(key, value)| &labels[key] == value);
            assert_eq!(selected, manifest.kind().kind == "Deployment", "{}", manifest.name());
        }
    }
}

#[test]
fn every_node_of_the_broker_finds_its_volume() {
    let mut sizes = BTreeSet::new();
    for desired in samples() {
        let set = desired
            .manifests()
            .find(|manifest| manifest.kind().kind == "StatefulSet" && manifest.name().ends_with("-rabbitmq"));
        let Some(set) = set else { continue };
        let (name, spec) = (set.name(), &set.value()["spec"]);
        let nodes = spec["replicas"].as_u64().unwrap();
        let template = spec["volumeClaimTemplates"][0]["metadata"]["name"].as_str().unwrap();
        for node in 0..nodes {
            let claim = format!("{template}-{name}-{node}");
            assert!(super::stacks::find(&desired, "PersistentVolumeClaim", &claim).is_some(), "{claim}");
        }
        sizes.insert(nodes);
    }
    assert_eq!(Vec::from_iter(sizes), [1, 3], "nodes that are alone, and nodes that are not");
}

#[test]
fn what_pods_refer_to_exists_under_that_name() {
    for desired in samples() {
        let exists = |kind: &str, name: &Value| {
            let name = name.as_str().unwrap();
            // Certificates are issued beside what is built.
            let stack = desired.manifests().next().unwrap().value()["metadata"]["labels"]["app.kubernetes.io/instance"].as_str().unwrap();
            let issued = kind == "Secret" && Part::all().any(|part| name == names::certificate(stack, part));
            // Some are the user's, or of another operator.
            let elsewhere = ["bucket", "shop-db-ca", "old-backups"].contains(&name);
            assert!(
                issued || elsewhere || super::stacks::find(&desired, kind, name).is_some(),
                "{kind} {name}"
            );
        };
        for (_, template) in templates(&desired) {
            let spec = &template["spec"];
            exists("ServiceAccount", &spec["serviceAccountName"]);
            // What somebody else keeps is looked up in the cluster: `references`.
            let theirs = ["stripe", "smtp"];
            let sources = spec["containers"][0]["envFrom"].as_array().cloned().unwrap_or_default();
            for source in sources.iter().map(|source| &source["secretRef"]["name"]) {
                if !theirs.iter().any(|name| source == name) {
                    exists("Secret", source);
                }
            }
            for volume in spec["volumes"].as_array().unwrap_or(&Vec::new()) {
                let sources = [
                    ("ConfigMap", &volume["configMap"]["name"]),
                    ("Secret", &volume["secret"]["secretName"]),
                    ("PersistentVolumeClaim", &volume["persistentVolumeClaim"]["claimName"]),
                ];
                // Certificates are made by the operator at work, or by cert-manager.
                let certificate = |name: &&Value| name.as_str().is_some_and(|name| name.ends_with("-tls"));
                sources
                    .iter()
                    .filter(|(_, name)| name.is_string() && !certificate(name))
                    .for_each(|(kind, name)| exists(kind, name));
            }
        }
    }
}
