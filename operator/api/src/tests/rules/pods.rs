//! What every pod inherits.

use serde_json::json;

use super::created;

#[test]
fn labels_of_the_operator_are_its_own_and_values_have_a_form() {
    let labelled = |key: &str, value: &str| created(json!({ "defaults": { "podLabels": { key: value } } }));
    let path = ["spec.defaults.podLabels"];
    assert_eq!(labelled("app.kubernetes.io/instance", "other"), path);
    assert_eq!(labelled("ecommercestack.dev/part", "x"), path);
    for wrong in ["a b", "-a", "a-", "a/b"] {
        assert_eq!(labelled("team", wrong), path, "{wrong}");
    }
    for fine in ["", "a", "shop-1_2.3"] {
        assert!(labelled("example.com/team", fine).is_empty(), "{fine}");
    }
}

#[test]
fn whatever_is_overridden_is_not_looked_into() {
    let overrides =
        json!({ "spec": { "nodeSelector": { "disk": "ssd" }, "anything": [1, { "at": "all" }] } });
    assert!(created(json!({ "defaults": { "podOverrides": overrides } })).is_empty());
}
