//! Raw fields of the user's over a pod template of ours, as a server-side apply would merge them.
//!
//! They come last and win, but for what keeps a pod ours: its labels, by which Services and policies find it, and the
//! annotations that say when it is to be started anew.

use k8s_openapi::DeepMerge;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde_json::Value;

pub fn overlay(template: Value, overrides: &PodTemplateSpec) -> Value {
    let mut merged: PodTemplateSpec =
        serde_json::from_value(template.clone()).expect("our templates are pod templates");
    merged.merge_from(overrides.clone());
    let mut merged = serde_json::to_value(merged).expect("pod templates are JSON");
    for kept in ["labels", "annotations"] {
        if let Value::Object(ours) = &template["metadata"][kept]
            && let Some(all) = merged["metadata"][kept].as_object_mut()
        {
            all.extend(ours.clone());
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::tests::stacks::{built, find};

    fn template(overrides: &Value) -> Value {
        let desired = built(json!({ "services": { "orders": { "podOverrides": overrides } } }));
        find(&desired, "Deployment", "shop-orders").unwrap().value()["spec"]["template"].clone()
    }

    #[test]
    fn named_things_are_merged_by_name_and_others_as_a_whole() {
        let plain = template(&json!({}));
        let merged = template(&json!({ "spec": {
            "tolerations": [{ "key": "shop", "operator": "Exists" }],
            "containers": [
                { "name": "orders", "env": [{ "name": "LOG_FORMAT", "value": "text" }, { "name": "MORE", "value": "1" }] },
                { "name": "proxy", "image": "proxy:1" },
            ],
        } }));
        let containers = merged["spec"]["containers"].as_array().unwrap();
        assert_eq!(containers.len(), 2);
        assert_eq!(containers[1], json!({ "name": "proxy", "image": "proxy:1" }));
        let env = |template: &Value, name: &str| {
            let all = template["spec"]["containers"][0]["env"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["name"] == name).map(|one| one["value"].clone())
        };
        assert_eq!(env(&merged, "LOG_FORMAT"), Some(json!("text")));
        assert_eq!(env(&merged, "MORE"), Some(json!("1")));
        assert_eq!(env(&merged, "USERS_URL"), env(&plain, "USERS_URL"));
        assert_eq!(containers[0]["ports"], plain["spec"]["containers"][0]["ports"]);
        assert_eq!(merged["spec"]["tolerations"], json!([{ "key": "shop", "operator": "Exists" }]));
    }

    #[test]
    fn those_of_a_service_go_over_those_of_all() {
        let annotated = |by: &str| json!({ "metadata": { "annotations": { by: "yes", "last": by } } });
        let desired = built(json!({
            "defaults": { "podOverrides": annotated("all") },
            "services": { "orders": { "podOverrides": annotated("one") } },
        }));
        let of = |name: &str, key: &str| {
            let value = find(&desired, "Deployment", name).unwrap().value();
            value["spec"]["template"]["metadata"]["annotations"][key].clone()
        };
        assert_eq!(
            ["all", "last", "one"].map(|key| of("shop-users", key)),
            [json!("yes"), json!("all"), json!(null)]
        );
        assert_eq!(
            ["all", "last", "one"].map(|key| of("shop-orders", key)),
            [json!("yes"), json!("one"), json!("yes")]
        );
    }

    fn key() -> impl Strategy<Value = String> {
        let ours = ["name", "instance", "component", "part-of", "managed-by"];
        prop_oneof![
            prop::sample::select(ours.to_vec()).prop_map(|key| format!("app.kubernetes.io/{key}")),
            Just(crate::hash::ANNOTATION.to_owned()),
            "[a-z]{1,3}",
        ]
    }

    proptest! {
        #[test]
        fn nothing_takes_a_pod_away_from_its_stack(
            labels in proptest::collection::btree_map(key(), "[a-z]{0,3}", 0..5),
            annotations in proptest::collection::btree_map(key(), "[a-z]{0,3}", 0..5),
        ) {
            let plain = template(&json!({}));
            let merged = template(&json!({ "metadata": { "labels": labels, "annotations": annotations } }));
            for (kept, given) in [("labels", &labels), ("annotations", &annotations)] {
                let ours = plain["metadata"][kept].as_object().unwrap();
                for (key, value) in ours {
                    prop_assert_eq!(&merged["metadata"][kept][key], value);
                }
                for (key, value) in given.iter().filter(|(key, _)| !ours.contains_key(*key)) {
                    prop_assert_eq!(&merged["metadata"][kept][key], value);
                }
            }
            prop_assert_eq!(&merged["spec"], &plain["spec"]);
        }
    }
}
