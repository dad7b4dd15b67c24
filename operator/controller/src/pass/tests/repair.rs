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
        (path("services", "shop-gateway"), "/spec/ports/0/port"),
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
