use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::{Kind, Offers};
use serde_json::{Value, json};

use crate::pass::tests::world::{World, path};

fn secret(name: &str, data: &[(&str, &str)]) -> Value {
    let data: serde_json::Map<String, Value> =
        data.iter().map(|(key, value)| ((*key).to_owned(), json!(STANDARD.encode(value)))).collect();
    json!({"metadata": {"name": name, "namespace": "shops"}, "data": data})
}

fn decoded(world: &World, name: &str, key: &str) -> String {
    let secret = world.api.get(&path("secrets", name)).unwrap();
    String::from_utf8(STANDARD.decode(secret["data"][key].as_str().unwrap()).unwrap()).unwrap()
}

const LOGIN: [(&str, &str); 3] = [("host", "mq.example"), ("username", "root"), ("password", "s3cret")];

async fn external() -> World {
    let world = World::with(json!({
        "security": {"mtls": {"enabled": false}},
        "messaging": {"mode": "External", "external": {"secretName": "mq"}},
    }))
    .await;
    world.api.put(&path("secrets", "mq"), secret("mq", &LOGIN));
    world
}

#[tokio::test]
async fn an_external_broker_gets_users_that_tell_their_stack_and_roles_are_told_where_it_is() {
    let world = external().await;
    world.settle().await;
    assert!(world.api.get(&path("statefulsets", "shop-rabbitmq")).is_none());
    let url = decoded(&world, "shop-orders", "AMQP_URL");
    assert!(url.starts_with("amqp://shops.shop.orders:") && url.ends_with("@mq.example:5672/shop"), "{url}");
    let users = world.broker.definitions()["users"].clone();
    assert!(users.as_array().unwrap().iter().any(|user| user["name"] == "shops.shop.orders"), "{users}");
    assert!(
        users.as_array().unwrap().iter().all(|user| user["tags"] == json!(["ecommercestack.shops.shop"]))
    );
}

#[tokio::test]
async fn services_wait_until_an_external_broker_has_their_users() {
    let world = external().await;
    world.broker.answer_only(Some(503));
    for _ in 0..4 {
        world.pass().await;
        world.controllers_catch_up();
    }
    assert!(world.api.get(&path("deployments", "shop-orders")).is_none());
    assert_eq!(world.condition("MessagingReady")["reason"], "Unreachable");
    world.broker.answer_only(None);
    world.settle().await;
    assert!(world.api.get(&path("deployments", "shop-orders")).is_some());
}

#[tokio::test]
async fn another_address_in_the_secret_reaches_the_pods() {
    let world = external().await;
    world.settle().await;
    let hash = || {
        let orders = world.api.get(&path("deployments", "shop-orders")).unwrap();
        orders["spec"]["template"]["metadata"]["annotations"]["ecommercestack.dev/config-hash"].clone()
    };
    let before = hash();
    let moved = [("host", "mq2.example"), LOGIN[1], LOGIN[2]];
    world.api.put(&path("secrets", "mq"), secret("mq", &moved));
    world.settle().await;
    assert!(decoded(&world, "shop-orders", "AMQP_URL").contains("@mq2.example:"));
    assert_ne!(hash(), before);
}

#[tokio::test]
async fn another_password_in_the_secret_is_tried_at_once() {
    let world = external().await;
    world.settle().await;
    world.broker.answer_only(Some(401));
    world.pass().await;
    assert_eq!(world.condition("MessagingReady")["reason"], "Available", "it was there a moment ago");

    let mistyped = [LOGIN[0], LOGIN[1], ("password", "mistyped")];
    world.api.put(&path("secrets", "mq"), secret("mq", &mistyped));
    world.pass().await;
    assert_eq!(world.condition("MessagingReady")["reason"], "Unreachable");

    world.broker.answer_only(None);
    world.api.put(&path("secrets", "mq"), secret("mq", &LOGIN));
    world.settle().await;
    assert_eq!(world.condition("MessagingReady")["reason"], "Available");
}

#[tokio::test]
async fn a_secret_that_vanished_or_says_nothing_changes_nothing_that_runs() {
    let world = external().await;
    world.settle().await;
    let before = decoded(&world, "shop-orders", "AMQP_URL");
    world.api.put(&path("secrets", "mq"), secret("mq", &[("host", "mq.example"), ("password", "s3cret")]));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "MissingReference");
    let message = degraded["message"].as_str().unwrap();
    assert!(message.contains("username") && !message.contains("s3cret"), "{message}");

    world.api.delete(&path("secrets", "mq"));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(decoded(&world, "shop-orders", "AMQP_URL"), before);
    assert_eq!(world.condition("Ready")["status"], "False");
}

const CLUSTER: &str = "/apis/rabbitmq.com/v1beta1/namespaces/shops/rabbitmqclusters/shop-rabbitmq";

#[tokio::test]
async fn rabbitmqs_operator_may_be_installed_later() {
    let world = World::with(json!({
        "security": {"mtls": {"enabled": false}},
        "messaging": {"mode": "RabbitmqCluster", "rabbitmqCluster": {"overrides": {"override": {"service": {}}}}},
    }))
    .await;
    for _ in 0..3 {
        world.pass().await;
        world.controllers_catch_up();
    }
    assert_eq!(world.condition("MessagingReady")["reason"], "NotInstalled");
    assert!(world.api.get(&path("deployments", "shop-orders")).is_none());

    world.tools.discovery.set(Offers::of([Kind::named("RabbitmqCluster")]));
    world.pass().await;
    let cluster = world.api.get(CLUSTER).unwrap();
    assert_eq!(cluster["spec"]["replicas"], 3);
    assert_eq!(cluster["spec"]["override"], json!({"service": {}}));
    assert_eq!(world.condition("MessagingReady")["reason"], "Starting");

    world
        .api
        .put(&path("secrets", "made-by-it"), secret("made-by-it", &[("user", "admin"), ("pass", "s3cret")]));
    world.api.edit(CLUSTER, |cluster| {
        let kinds = ["AllReplicasReady", "ClusterAvailable", "ReconcileSuccess"];
        let conditions = kinds.map(|kind| json!({"type": kind, "status": "True"}));
        let keys = json!({"username": "user", "password": "pass"});
        cluster["status"] = json!({
            "observedGeneration": cluster["metadata"]["generation"],
            "conditions": conditions,
            "defaultUser": {"secretReference": {"name": "made-by-it", "keys": keys}},
        });
    });
    world.settle().await;
    assert!(world.api.get(&path("deployments", "shop-orders")).is_some());
    assert!(decoded(&world, "shop-orders", "AMQP_URL").contains("@shop-rabbitmq:5672/shop"));
}
