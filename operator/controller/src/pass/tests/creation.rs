use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::world::{World, path};
use crate::cluster::SCALER;
use crate::fake_api::Asked;
use crate::live::INITIAL_SCALE;

#[tokio::test]
async fn a_stack_comes_up_wave_by_wave() {
    let world = World::with(json!({})).await;

    let first = world.changes_of_a_pass().await;
    assert!(first.contains(&"POST secrets".to_owned()), "the root secret: {first:?}");
    assert!(first.contains(&"PATCH statefulsets/shop-postgres".to_owned()), "{first:?}");
    assert!(
        first.iter().all(|write| !write.contains("jobs/") && !write.contains("deployments/")),
        "{first:?}"
    );
    assert_eq!(world.condition("Progressing")["reason"], "StartingInfrastructure");

    world.controllers_catch_up();
    let second = world.changes_of_a_pass().await;
    assert!(!second.is_empty() && second.iter().all(|write| write.starts_with("PATCH jobs/")), "{second:?}");
    assert_eq!(world.condition("Progressing")["reason"], "Migrating");

    world.controllers_catch_up();
    let third = world.changes_of_a_pass().await;
    assert!(third.contains(&"PATCH services/shop-gateway".to_owned()), "{third:?}");
    assert!(third.contains(&"PATCH deployments/shop-orders".to_owned()), "{third:?}");
    assert_eq!(world.condition("Progressing")["reason"], "RollingOut");
    assert_eq!(world.condition("Ready")["reason"], "ComponentsNotReady");

    world.controllers_catch_up();
    world.pass().await;
    assert_eq!(world.condition("Ready")["status"], "True");
    assert_eq!(world.condition("Progressing")["reason"], "Stable");
    assert_eq!(world.status().services_ready.unwrap(), "8/8");
}

#[tokio::test]
async fn a_deployment_is_created_in_three_requests_and_its_replicas_are_never_ours() {
    let world = World::settled(json!({"services": {"orders": {"scaling": {"replicas": 3}}}})).await;
    let orders = path("deployments", "shop-orders");
    world.api.delete(&orders);

    let writes = world.writes_of_a_pass().await;
    let requests: Vec<&Asked> = writes.iter().filter(|asked| asked.path == orders).collect();

    let [first, ours, shed] = requests.as_slice() else { panic!("{requests:#?}") };
    assert_eq!((first.manager(), first.forced()), (Some(INITIAL_SCALE), false));
    assert_eq!(first.body["spec"]["replicas"], 3);
    assert!(first.body["spec"]["template"].is_object());

    assert_eq!((ours.manager(), ours.forced()), (Some("ecommerce-operator"), true));
    assert!(ours.body["spec"].get("replicas").is_none());
    assert!(ours.body["spec"]["template"].is_object());

    assert_eq!((shed.manager(), shed.forced()), (Some(INITIAL_SCALE), false));
    assert_eq!(shed.body["spec"], json!({"replicas": 3}));
    assert!(!writes.iter().any(|asked| asked.manager() == Some(SCALER)));
}

#[tokio::test]
async fn a_creation_that_was_cut_short_is_finished() {
    let world = World::settled(json!({})).await;
    let orders = path("deployments", "shop-orders");
    world.api.delete(&orders);
    let target = orders.clone();
    let mut cut = false;
    world.api.fault(move |asked, _| {
        let second = asked.path == target && asked.manager() == Some("ecommerce-operator") && !cut;
        cut |= second;
        second.then(|| crate::fake_api::refusal(500, "InternalError"))
    });
    assert!(world.try_pass().await.is_err());

    world.pass().await;

    let entries = world.api.get(&orders).unwrap()["metadata"]["managedFields"].clone();
    let by =
        |manager: &str| entries.as_array().unwrap().iter().find(|entry| entry["manager"] == manager).cloned();
    assert!(by("ecommerce-operator").is_some());
    assert_eq!(by(INITIAL_SCALE).unwrap()["fieldsV1"], json!({"f:spec": {"f:replicas": {}}}));
}

#[tokio::test]
async fn of_two_root_secrets_the_first_one_counts() {
    let world = World::with(json!({})).await;
    let theirs = STANDARD.encode([7_u8; 32]);
    let given = theirs.clone();
    world.api.fault(move |asked, store| {
        if asked.method != "POST" || !asked.path.ends_with("/secrets") {
            return None;
        }
        let mut secret = asked.body.clone();
        secret["data"]["root"] = json!(given);
        store.put(&path("secrets", "shop-root"), secret);
        Some(crate::fake_api::refusal(409, "AlreadyExists"))
    });

    world.pass().await;
    let derived = world.api.get(&path("secrets", "shop-orders")).unwrap();

    let other = World::with(json!({})).await;
    other.api.put(
        &path("secrets", "shop-root"),
        json!({"metadata": {"name": "shop-root"}, "data": {"root": theirs}}),
    );
    other.pass().await;
    assert_eq!(derived["data"], other.api.get(&path("secrets", "shop-orders")).unwrap()["data"]);
    assert_eq!(world.api.get(&path("secrets", "shop-root")).unwrap()["data"]["root"], theirs);
}

#[tokio::test]
async fn a_root_secret_that_is_no_root_is_reported_and_left_alone() {
    let world = World::with(json!({})).await;
    let root = path("secrets", "shop-root");
    world.api.put(&root, json!({"metadata": {"name": "shop-root"}, "data": {"root": "c2hvcnQ="}}));

    assert_eq!(world.changes_of_a_pass().await, [""; 0]);

    assert_eq!(world.api.get(&root).unwrap()["data"]["root"], "c2hvcnQ=");
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "ApplyFailed");
    assert!(
        degraded["message"].as_str().unwrap().contains("kubectl -n shops delete secret shop-root"),
        "{degraded}"
    );
}

#[tokio::test]
async fn children_of_a_deleted_stack_of_this_name_are_waited_out() {
    let world = World::settled(json!({})).await;
    let root = world.api.get(&path("secrets", "shop-root")).unwrap();
    world.api.edit(super::world::STACK, |stack| {
        stack["metadata"]["uid"] = json!("another");
        stack["status"] = json!(null);
    });

    assert_eq!(world.changes_of_a_pass().await, [""; 0], "what is about to be collected is not touched");
    assert_eq!(world.condition("Progressing")["reason"], "Configuring");

    let volumes =
        |path: &String| path.contains("/persistentvolumeclaims/") || path.contains("/ecommercestacks/");
    world.api.paths().iter().filter(|path| !volumes(path)).for_each(|path| world.api.delete(path));
    world.settle().await;
    assert_ne!(world.api.get(&path("secrets", "shop-root")).unwrap()["data"], root["data"]);
}
