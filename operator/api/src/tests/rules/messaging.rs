//! The broker: what would lose messages is refused.

use serde_json::{Value, json};

use super::{changed, created};

fn nodes(replicas: i32) -> Value {
    json!({ "messaging": { "embedded": { "replicas": replicas } } })
}

fn of_profile(profile: &str, mut spec: Value) -> Value {
    spec["profile"] = json!(profile);
    spec
}

#[test]
fn a_majority_needs_an_odd_number_of_nodes() {
    let path = "spec.messaging.embedded.replicas";
    for wrong in [2, 4] {
        assert_eq!(created(nodes(wrong)), [path], "{wrong}");
    }
    for fine in [1, 3, 5] {
        assert!(created(nodes(fine)).is_empty(), "{fine}");
    }
    let cluster =
        |replicas: i32| created(json!({ "messaging": { "rabbitmqCluster": { "replicas": replicas } } }));
    assert_eq!(cluster(4), ["spec.messaging.rabbitmqCluster.replicas"]);
    assert!(cluster(7).is_empty());
}

#[test]
fn nodes_are_added_and_never_taken_away() {
    let path = ["spec.messaging.embedded.replicas"];
    assert!(changed(nodes(1), nodes(3)).is_empty());
    assert_eq!(changed(nodes(3), nodes(1)), path);
    assert_eq!(changed(nodes(5), nodes(3)), path);
    // Left out is one node in this profile.
    assert_eq!(changed(nodes(3), json!({})), path);
    assert!(changed(json!({}), nodes(1)).is_empty());
    let cluster = |replicas: i32| json!({ "messaging": { "rabbitmqCluster": { "replicas": replicas } } });
    assert_eq!(changed(cluster(5), cluster(3)), ["spec.messaging.rabbitmqCluster.replicas"]);
    assert!(changed(cluster(3), cluster(5)).is_empty());
}

#[test]
fn a_change_of_the_profile_takes_no_node_away() {
    let path = ["spec.messaging.embedded.replicas"];
    let (small, large) = (of_profile("Development", json!({})), of_profile("Production", json!({})));
    assert!(changed(small.clone(), large.clone()).is_empty());
    assert_eq!(changed(large.clone(), small), path);
    assert!(changed(large.clone(), of_profile("Development", nodes(3))).is_empty());
    assert_eq!(changed(large, of_profile("Production", nodes(1))), path);
    assert!(changed(of_profile("Production", nodes(1)), of_profile("Development", json!({}))).is_empty());
}

#[test]
fn no_message_moves_with_the_mode() {
    let to = |mode: &str| json!({ "messaging": { "mode": mode } });
    assert_eq!(changed(json!({}), to("RabbitmqCluster")), ["spec.messaging.mode"]);
    assert_eq!(changed(to("RabbitmqCluster"), json!({})), ["spec.messaging.mode"]);
}

#[test]
fn an_external_broker_is_named_in_its_mode_only() {
    let path = ["spec.messaging.external"];
    let external = json!({ "secretName": "broker" });
    assert_eq!(created(json!({ "messaging": { "mode": "External" } })), path);
    assert_eq!(created(json!({ "messaging": { "external": external } })), path);
    assert!(created(json!({ "messaging": { "mode": "External", "external": external } })).is_empty());
}
