//! What stands alone, and what to set so that it no longer does.

use serde_json::{Value, json};

use super::stacks::valid;

fn alone(spec: Value) -> Vec<String> {
    valid(spec).alone().iter().map(|alone| alone.remedy.clone()).collect()
}

#[test]
fn a_small_shop_stands_alone_in_every_part() {
    let remedies = alone(json!({}));
    assert_eq!(remedies[..2], ["database.mode: CloudNativePG", "messaging.embedded.replicas: 3"]);
    assert_eq!(remedies.len(), 2 + contracts::Role::ALL.len());
    assert_eq!(remedies[2], "services.gateway.scaling.min: 2");
}

#[test]
fn production_leaves_the_database_to_be_decided() {
    assert_eq!(alone(json!({ "profile": "Production" })), ["database.mode: CloudNativePG"]);
    for database in [
        json!({ "mode": "CloudNativePG" }),
        json!({ "mode": "External", "external": { "secretName": "db" } }),
    ] {
        assert!(alone(json!({ "profile": "Production", "database": database })).is_empty());
    }
    let single = json!({ "mode": "CloudNativePG", "cloudNativePG": { "instances": 1 } });
    let remedies = alone(json!({ "profile": "Production", "database": single }));
    assert_eq!(remedies, ["database.cloudNativePG.instances: 3"]);
}

#[test]
fn the_broker_needs_a_majority_after_a_loss() {
    let of = |messaging: Value| {
        let database = json!({ "mode": "CloudNativePG" });
        alone(json!({ "profile": "Production", "database": database, "messaging": messaging }))
    };
    assert_eq!(of(json!({ "embedded": { "replicas": 1 } })), ["messaging.embedded.replicas: 3"]);
    let cluster =
        |replicas: i32| of(json!({ "mode": "RabbitmqCluster", "rabbitmqCluster": { "replicas": replicas } }));
    assert_eq!(cluster(1), ["messaging.rabbitmqCluster.replicas: 3"]);
    assert!(cluster(3).is_empty());
    assert!(of(json!({ "mode": "External", "external": { "secretName": "mq" } })).is_empty());
}

#[test]
fn a_service_is_counted_by_its_mode() {
    let services = json!({
        "users": { "scaling": { "mode": "Fixed", "replicas": 1 } },
        "orders": { "scaling": { "min": 1 } },
    });
    let database = json!({ "mode": "CloudNativePG" });
    let remedies = alone(json!({ "profile": "Production", "database": database, "services": services }));
    assert_eq!(remedies, ["services.users.scaling.replicas: 2", "services.orders.scaling.min: 2"]);
}
