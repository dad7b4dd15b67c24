use proptest::prelude::*;
use serde_json::{Value, json};

use super::first_difference;

#[test]
fn what_the_api_server_adds_is_no_difference() {
    let wanted = json!({"spec": {"ports": [{"port": 80, "name": "http"}], "selector": {"app": "shop"}}});
    let live = json!({
        "metadata": {"uid": "1"},
        "spec": {
            "clusterIP": "10.0.0.1",
            "ports": [{"port": 80, "name": "http", "protocol": "TCP", "targetPort": 80}],
            "selector": {"app": "shop"},
        },
    });
    assert_eq!(first_difference(&wanted, &live), None);
}

#[test]
fn the_path_of_an_edited_field_is_named() {
    let wanted = json!({"spec": {"containers": [{"name": "shop", "env": [{"name": "A", "value": "1"}]}]}});
    let live = json!({"spec": {"containers": [{"name": "shop", "env": [{"name": "A", "value": "2"}]}]}});
    assert_eq!(first_difference(&wanted, &live).unwrap(), "spec.containers.shop.env.A.value");
}

#[test]
fn a_removed_field_and_a_removed_element_are_differences() {
    let wanted = json!({"data": {"a": "1", "b": "2"}, "list": [{"name": "x"}]});
    assert_eq!(
        first_difference(&wanted, &json!({"data": {"a": "1"}, "list": [{"name": "x"}]})).unwrap(),
        "data.b"
    );
    assert_eq!(first_difference(&wanted, &json!({"data": {"a": "1", "b": "2"}})).unwrap(), "list");
}

#[test]
fn elements_are_found_by_their_key_wherever_they_stand() {
    let wanted = json!([{"name": "one", "value": "1"}, {"name": "two"}]);
    let live = json!([{"name": "two"}, {"name": "one", "value": "1"}]);
    assert_eq!(first_difference(&wanted, &live), None);
}

#[test]
fn an_element_that_somebody_added_is_a_difference_unless_the_list_is_shared() {
    let wanted = json!({"spec": {"containers": [{"name": "shop"}]}});
    let live = json!({"spec": {"containers": [{"name": "shop"}, {"name": "stowaway"}]}});
    assert_eq!(first_difference(&wanted, &live).unwrap(), "spec.containers");

    let wanted = json!({"metadata": {"ownerReferences": [{"name": "shop"}]}});
    let live = json!({"metadata": {"ownerReferences": [{"name": "shop"}, {"name": "other"}]}});
    assert_eq!(first_difference(&wanted, &live), None);
}

#[test]
fn lists_without_a_key_are_compared_whole_and_in_order() {
    assert_eq!(first_difference(&json!(["a", "b"]), &json!(["a", "b"])), None);
    assert!(first_difference(&json!(["a", "b"]), &json!(["b", "a"])).is_some());
    assert!(first_difference(&json!(["a"]), &json!(["a", "b"])).is_some());
    assert!(first_difference(&json!([{"host": "a"}]), &json!([{"host": "a"}, {"host": "b"}])).is_some());
}

#[test]
fn ports_are_found_by_their_number() {
    let wanted = json!([{"port": 53, "protocol": "UDP"}, {"port": 80}]);
    let live = json!([{"port": 80}, {"port": 53, "protocol": "UDP"}]);
    assert_eq!(first_difference(&wanted, &live), None);
}

#[test]
fn zero_values_that_the_api_server_drops_are_no_difference() {
    let wanted =
        json!({"hostNetwork": false, "args": [], "note": "", "labels": {}, "nothing": null, "x": {"y": {}}});
    assert_eq!(first_difference(&wanted, &json!({})), None);
    assert!(first_difference(&json!({"hostNetwork": false}), &json!({"hostNetwork": true})).is_some());
    assert!(first_difference(&json!({"replicas": 0}), &json!({"replicas": 1})).is_some());
}

#[test]
fn amounts_may_be_respelled_but_only_where_amounts_stand() {
    let wanted = json!({"resources": {"limits": {"memory": "1024Mi"}}, "env": "1024Mi"});
    let same = json!({"resources": {"limits": {"memory": "1Gi"}}, "env": "1024Mi"});
    let other = json!({"resources": {"limits": {"memory": "1Gi"}}, "env": "1Gi"});
    assert_eq!(first_difference(&wanted, &same), None);
    assert_eq!(first_difference(&wanted, &other).unwrap(), "env");
}

fn any_object() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-9..9_i64).prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-f]|name|port|limits", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Adds a field that nobody asked for to every map.
fn decorated(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: serde_json::Map<String, Value> =
                fields.iter().map(|(key, value)| (key.clone(), decorated(value))).collect();
            fields.insert("added".to_owned(), json!("by the API server"));
            Value::Object(fields)
        }
        Value::Array(items) => Value::Array(items.iter().map(decorated).collect()),
        leaf => leaf.clone(),
    }
}

/// Every value of the tree changed, one at a time.
fn edits(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, inner)| {
                edits(inner).into_iter().map(|edited| {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), edited);
                    Value::Object(fields)
                })
            })
            .collect(),
        Value::Array(items) => (0..items.len())
            .flat_map(|index| {
                edits(&items[index]).into_iter().map(move |edited| {
                    let mut items = items.clone();
                    items[index] = edited;
                    Value::Array(items)
                })
            })
            .collect(),
        _ => vec![json!("edited by hand")],
    }
}

proptest! {
    #[test]
    fn an_object_contains_itself_and_still_does_with_more_fields(object in any_object()) {
        prop_assert_eq!(first_difference(&object, &object), None);
        prop_assert_eq!(first_difference(&object, &decorated(&object)), None);
    }

    #[test]
    fn every_single_edit_is_noticed(object in any_object()) {
        for edited in edits(&object) {
            prop_assert!(first_difference(&object, &edited).is_some(), "{} became {}", object, edited);
        }
    }
}

#[test]
fn a_label_that_somebody_added_to_a_selector_is_a_difference() {
    let wanted = json!({"spec": {"selector": {"app": "shop"}}});
    let live = json!({"spec": {"selector": {"app": "shop", "also": "this"}}});
    assert_eq!(first_difference(&wanted, &live).unwrap(), "spec.selector");
    let labels = json!({"metadata": {"labels": {"app": "shop", "also": "this"}}});
    assert_eq!(first_difference(&json!({"metadata": {"labels": {"app": "shop"}}}), &labels), None);
}
