use serde_json::{Value, json};

use crate::pass::tests::world::{World, path};

const DELETE: &str = "/api/v1/namespaces/shops/pods/shop-rabbitmq-";

fn of_three() -> Value {
    json!({"security": {"mtls": {"enabled": false}}, "messaging": {"embedded": {"replicas": 3}}})
}

fn pod(ordinal: u32, revision: &str) -> Value {
    json!({
        "metadata": {
            "name": format!("shop-rabbitmq-{ordinal}"),
            "labels": {
                "app.kubernetes.io/managed-by": "ecommerce-operator", "app.kubernetes.io/instance": "shop",
                "controller-revision-hash": revision,
            },
        },
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    })
}

/// All pods are ready and of the old template; the StatefulSet's controller has seen the new one.
async fn outdated(spec: Value, nodes: u32) -> World {
    let world = World::settled(spec).await;
    for ordinal in 0..nodes {
        world.api.put(&path("pods", &format!("shop-rabbitmq-{ordinal}")), pod(ordinal, "old"));
    }
    world.api.edit(&path("statefulsets", "shop-rabbitmq"), |set| {
        set["status"]["updatedReplicas"] = json!(0);
        set["status"]["updateRevision"] = json!("new");
    });
    world.api.asked();
    world.broker.asked();
    world
}

/// The pods that a pass deletes.
async fn deleted(world: &World) -> Vec<String> {
    let writes = world.writes_of_a_pass().await;
    let pods = writes.iter().filter(|asked| asked.method == "DELETE");
    pods.filter_map(|asked| asked.path.strip_prefix(DELETE).map(str::to_owned)).collect()
}

#[tokio::test]
async fn nodes_are_replaced_one_after_the_other_each_after_it_was_asked() {
    let world = outdated(of_three(), 3).await;
    for ordinal in [2_u32, 1, 0] {
        assert_eq!(deleted(&world).await, [ordinal.to_string()]);
        let node = format!("shop-rabbitmq-{ordinal}.shop-rabbitmq-nodes.shops.svc");
        let check = format!("GET {node} /api/health/checks/node-is-quorum-critical");
        assert!(world.broker.asked().contains(&check));

        assert_eq!(deleted(&world).await, [""; 0], "the pod is not there");
        let path = path("pods", &format!("shop-rabbitmq-{ordinal}"));
        let mut replaced = pod(ordinal, "new");
        replaced["status"] = json!({});
        world.api.put(&path, replaced);
        assert_eq!(deleted(&world).await, [""; 0], "it is not ready");
        world.api.put(&path, pod(ordinal, "new"));
    }
    assert_eq!(deleted(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_node_that_a_queue_needs_stays_and_that_is_told() {
    let world = outdated(of_three(), 3).await;
    world.broker.need_every_node(true);
    assert_eq!(deleted(&world).await, [""; 0]);
    let ready = world.condition("MessagingReady");
    assert_eq!(ready["reason"], "QuorumAtRisk");
    assert!(ready["message"].as_str().unwrap().contains("shop-rabbitmq-2"), "{ready}");

    world.broker.need_every_node(false);
    assert_eq!(deleted(&world).await, ["2"]);
}

#[tokio::test]
async fn a_node_that_can_not_be_asked_stays_unless_it_only_waits_for_new_passwords() {
    let world = outdated(of_three(), 3).await;
    world.broker.answer_only(Some(500));
    assert_eq!(deleted(&world).await, [""; 0]);
    let message = world.condition("MessagingReady")["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("kubectl -n shops delete pod shop-rabbitmq-2"), "{message}");

    world.broker.answer_only(Some(401));
    assert_eq!(deleted(&world).await, ["2"]);
}

#[tokio::test]
async fn a_single_node_is_replaced_at_once_and_a_paused_one_is_not() {
    let spec = json!({"security": {"mtls": {"enabled": false}}});
    let world = outdated(spec, 1).await;
    world.change_spec(|spec| spec["operation"] = json!({"paused": true}));
    assert_eq!(deleted(&world).await, [""; 0]);
    world.change_spec(|spec| spec["operation"] = json!({"paused": false}));
    assert_eq!(deleted(&world).await, ["0"]);
}

#[tokio::test]
async fn a_node_that_was_there_once_is_never_left_out() {
    let world = World::settled(of_three()).await;
    world.change_spec(|spec| spec["messaging"]["embedded"] = json!({"replicas": 1}));
    world.settle().await;
    let set = world.api.get(&path("statefulsets", "shop-rabbitmq")).unwrap();
    assert_eq!(set["spec"]["replicas"], 3);
}

#[tokio::test]
async fn nodes_that_somebody_scaled_away_come_back() {
    let world = World::settled(of_three()).await;
    world.api.edit(&path("statefulsets", "shop-rabbitmq"), |set| set["spec"]["replicas"] = json!(1));
    assert_eq!(world.changes_of_a_pass().await, ["PATCH statefulsets/shop-rabbitmq"]);
    let set = world.api.get(&path("statefulsets", "shop-rabbitmq")).unwrap();
    assert_eq!(set["spec"]["replicas"], 3);
}

#[tokio::test]
async fn new_nodes_restart_none_of_the_old_ones() {
    let world = World::settled(json!({})).await;
    let template = |world: &World| {
        world.api.get(&path("statefulsets", "shop-rabbitmq")).unwrap()["spec"]["template"].clone()
    };
    let before = template(&world);
    world.change_spec(|spec| spec["messaging"] = json!({"embedded": {"replicas": 3}}));
    world.settle().await;
    assert_eq!(template(&world), before);
    assert!(world.api.get(&path("persistentvolumeclaims", "data-shop-rabbitmq-2")).is_some());
}

#[tokio::test]
async fn the_erlang_cookie_outlives_the_root() {
    let world = World::settled(json!({})).await;
    let cookie = || world.api.get(&path("secrets", "shop-rabbitmq-cookie")).unwrap()["data"].clone();
    let before = cookie();
    world.api.delete(&path("secrets", "shop-root"));
    world.settle().await;
    assert_eq!(cookie(), before);
}
