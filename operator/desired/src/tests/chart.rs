//! The chart permits what the operator does, and no more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Manifest;

const ROLE: &str = include_str!("../../../../charts/ecommerce-operator/templates/clusterrole.yaml");
pub const VALUES: &str = include_str!("../../../../charts/ecommerce-operator/values.yaml");

/// Verbs by group and resource.
type Permissions = BTreeMap<(String, String), BTreeSet<String>>;

fn permitted() -> Permissions {
    let (_, rules) = ROLE.split_once("\nrules:\n").unwrap();
    let rules: Vec<Value> = serde_yaml::from_str(rules).unwrap();
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut all = Permissions::new();
    for rule in &rules {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                all.entry((group.clone(), resource)).or_default().extend(texts(&rule["verbs"]));
            }
        }
    }
    all
}

#[test]
fn the_cluster_role_permits_what_the_table_of_kinds_needs_and_nothing_besides() {
    let mut expected = Permissions::new();
    let mut permit = |group: &str, resource: &str, verbs: &[&str]| {
        let verbs = verbs.iter().map(|verb| (*verb).to_owned()).collect();
        expected.insert((group.to_owned(), resource.to_owned()), verbs);
    };
    for kind in Manifest::KINDS {
        let kept = &["get", "list", "watch", "create", "patch"];
        let pruned = &["get", "list", "watch", "create", "patch", "delete"];
        permit(kind.group, kind.plural, if kind.pruned { pruned } else { kept });
    }
    permit("ecommercestack.dev", "ecommercestacks", &["get", "list", "watch"]);
    permit("ecommercestack.dev", "ecommercestacks/status", &["patch"]);
    permit("ecommercestack.dev", "ecommercestacks/finalizers", &["update"]);
    permit("apps", "deployments/scale", &["get", "patch"]);
    permit("", "pods", &["list"]);
    permit("events.k8s.io", "events", &["create", "patch"]);
    assert_eq!(permitted(), expected);
}

#[test]
fn nothing_is_permitted_by_a_star() {
    assert!(!ROLE.contains('*'));
}
