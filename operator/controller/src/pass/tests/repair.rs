use serde_json::json;

use super::world::{World, path, pods_down};
use crate::pass::Ending;
use crate::status::Prospect;

#[tokio::test]
async fn a_steady_stack_is_never_written_to() {
    let world = World::settled(json!({})).await;
    for _ in 0..3 {
        assert_eq!(world.pass().await, Ending::Seen(Prospect::Settled));
    }
    let writes = world.api.writes();
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test]
async fn a_stack_that_is_coming_up_is_not_written_to_either_while_nothing_changes() {
    let world = World::with(json!({})).await;
    world.pass().await;
    world.api.asked();
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Moving));
    assert!(world.api.writes().is_empty());
}

#[tokio::test]
async fn what_was_edited_by_hand_is_put_back_and_nothing_else_is_touched() {
    let world = World::settled(json!({})).await;
    let edits: [(String, &str); 3] = [
        (path("deployments", "shop-orders"), "/spec/template/spec/containers/0/image"),
        (path("services", "shop-gateway"), "/spec/selector"),
        (path("secrets", "shop-orders"), "/data"),
    ];
    for (path, pointer) in edits {
        let before = world.api.get(&path).unwrap().pointer(pointer).unwrap().clone();
        world.api.edit(&path, |object| *object.pointer_mut(pointer).unwrap() = json!(null));

        let changes = world.changes_of_a_pass().await;

        assert_eq!(changes.len(), 1, "{changes:?}");
        assert!(path.ends_with(changes[0].split_once(' ').unwrap().1), "{changes:?}");
        assert_eq!(*world.api.get(&path).unwrap().pointer(pointer).unwrap(), before);
    }
}

#[tokio::test]
async fn an_edited_key_of_a_list_is_put_back_and_what_was_added_goes() {
    let world = World::settled(json!({})).await;
    let gateway = path("services", "shop-gateway");
    let ports = world.api.get(&gateway).unwrap()["spec"]["ports"].clone();
    world.api.edit(&gateway, |service| service["spec"]["ports"][0]["port"] = json!(81));
    world.pass().await;
    assert_eq!(world.api.get(&gateway).unwrap()["spec"]["ports"], ports);

    let orders = path("deployments", "shop-orders");
    let before = world.api.get(&orders).unwrap()["spec"]["template"].clone();
    world.api.edit(&orders, |deployment| {
        let containers = deployment["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
        containers[0]["env"].as_array_mut().unwrap().push(json!({"name": "EVIL", "value": "1"}));
        containers.push(json!({"name": "stowaway"}));
    });
    world.pass().await;
    assert_eq!(world.api.get(&orders).unwrap()["spec"]["template"], before);

    world.api.asked();
    world.pass().await;
    assert!(world.api.writes().is_empty());
}

#[tokio::test]
async fn what_a_webhook_insists_on_is_not_fought_over() {
    let world = World::settled(json!({})).await;
    let orders = path("deployments", "shop-orders");
    let added = json!({"name": "sidecar"});
    let (target, sidecar) = (orders.clone(), added.clone());
    world.api.fault(move |asked, store| {
        if asked.path != target || !asked.writes() {
            return None;
        }
        let (code, _) = crate::fake_api::answer(store, asked);
        store.edit(&target, |deployment| {
            let containers = deployment["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
            if !containers.contains(&sidecar) {
                containers.push(sidecar.clone());
            }
        });
        Some((code, store.get(&target).unwrap().clone()))
    });
    world.api.edit(&orders, |deployment| {
        deployment["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().push(added.clone());
    });
    assert_eq!(world.changes_of_a_pass().await.len(), 3, "tried in earnest, once");

    world.controllers_catch_up();
    world.pass().await;
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(world.condition("Ready")["status"], "True");
}

#[tokio::test]
async fn what_was_deleted_comes_back_even_while_an_earlier_wave_is_down() {
    let world = World::settled(json!({})).await;
    world.api.edit(&path("statefulsets", "shop-postgres"), pods_down);
    for lost in
        [path("services", "shop-gateway"), path("deployments", "shop-orders"), path("secrets", "shop-orders")]
    {
        world.api.delete(&lost);
        world.pass().await;
        assert!(world.api.get(&lost).is_some(), "{lost}");
    }
    assert_eq!(world.condition("DatabaseReady")["status"], "False");
}

#[tokio::test]
async fn a_field_that_we_stop_setting_goes_because_the_object_is_applied_anew() {
    let world = World::settled(json!({"exposure": {"ingress": {"annotations": {"a": "1"}}}})).await;
    world.change_spec(|spec| spec["exposure"]["ingress"]["annotations"] = json!({}));
    let writes = world.writes_of_a_pass().await;
    let ingress =
        writes.iter().find(|asked| asked.path.contains("/ingresses/")).expect("the hash has changed");
    assert!(ingress.body["metadata"]["annotations"].get("a").is_none());
}

#[tokio::test]
async fn an_object_of_somebody_else_is_not_taken_over() {
    let world = World::with(json!({})).await;
    let theirs = path("configmaps", "shop-postgres");
    world.api.put(&theirs, json!({"metadata": {"name": "shop-postgres"}, "data": {"mine": "yes"}}));

    assert_eq!(world.pass().await, Ending::Seen(Prospect::Refused));

    assert_eq!(world.api.get(&theirs).unwrap()["data"], json!({"mine": "yes"}));
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "ApplyFailed");
    let message = degraded["message"].as_str().unwrap();
    assert!(message.contains("kubectl -n shops delete configmap shop-postgres"), "{message}");
}

#[tokio::test]
async fn an_object_whose_labels_were_torn_off_is_still_ours() {
    let world = World::settled(json!({})).await;
    let gateway = path("services", "shop-gateway");
    world.api.edit(&gateway, |service| service["metadata"]["labels"] = json!({}));
    world.pass().await;
    assert_eq!(world.api.get(&gateway).unwrap()["metadata"]["labels"]["app.kubernetes.io/instance"], "shop");
}

#[tokio::test]
async fn a_stack_that_is_being_deleted_is_left_to_garbage_collection() {
    let world = World::settled(json!({})).await;
    world.api.delete(&path("services", "shop-gateway"));
    world.api.edit(super::world::STACK, |stack| {
        stack["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    });
    assert_eq!(world.pass().await, Ending::Gone);
    assert!(world.api.writes().is_empty());
}
