use std::time::Duration;

use serde_json::json;

use super::world::{World, path};
use crate::pass::Ending;
use crate::status::Prospect;

/// Whose gateway crashes with the new release, while everything before it has it already.
async fn failing(operation: serde_json::Value) -> World {
    let world = World::settled(json!({"version": "0.1.0", "operation": operation})).await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    for _ in 0..3 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world.pass().await;
    assert_eq!((world.image("orders"), world.image("gateway")), ("shop:0.2.0".into(), "shop:0.2.0".into()));
    world.crash("gateway");
    world
}

fn images(world: &World) -> [String; 3] {
    ["gateway", "orders", "users"].map(|role| world.image(role).replace("shop:", ""))
}

#[tokio::test]
async fn a_release_that_fails_goes_back_layer_by_layer_and_is_not_tried_again() {
    let world = failing(json!({})).await;

    world.pass().await;
    assert_eq!(images(&world), ["0.1.0", "0.2.0", "0.2.0"], "the caller first");
    world.controllers_catch_up();
    world.pass().await;
    assert_eq!(images(&world), ["0.1.0", "0.1.0", "0.2.0"]);
    world.controllers_catch_up();
    world.pass().await;
    world.controllers_catch_up();
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Stuck));
    assert_eq!(images(&world), ["0.1.0", "0.1.0", "0.1.0"]);

    let degraded = world.condition("Degraded");
    assert_eq!((&degraded["status"], &degraded["reason"]), (&json!("True"), &json!("RolledBack")));
    let message = degraded["message"].as_str().unwrap();
    for part in [
        "gateway of 0.2.0 did not come up: container gateway exited with code 3, again and again",
        "services run 0.1.0 again",
        "kubectl -n shops annotate deployment shop-gateway ecommercestack.dev/failed-",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(world.condition("Ready")["status"], "False");
    assert_eq!(world.condition("Progressing")["reason"], "Blocked");
    let status = world.status();
    assert_eq!(status.rollout.unwrap().step, "RolledBack");
    assert_eq!(status.version.unwrap().current.unwrap(), "0.1.0");

    for _ in 0..3 {
        assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    }
}

#[tokio::test]
async fn a_process_that_ends_while_it_goes_back_is_followed_by_one_that_does_the_same() {
    let mut world = failing(json!({})).await;
    for _ in 0..4 {
        world.restart();
        world.pass().await;
        world.controllers_catch_up();
        world.api.edit_all("/pods/", |pod| pod["status"] = json!({}));
    }
    assert_eq!(images(&world), ["0.1.0", "0.1.0", "0.1.0"]);
    assert_eq!(world.condition("Degraded")["reason"], "RolledBack");
}

#[tokio::test]
async fn what_went_back_is_repaired_as_it_was() {
    let world = failing(json!({})).await;
    for _ in 0..4 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world.api.edit(&path("deployments", "shop-orders"), |deployment| {
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] = json!("evil:1");
    });
    world.api.delete(&path("deployments", "shop-users"));
    world.pass().await;
    assert_eq!(images(&world), ["0.1.0", "0.1.0", "0.1.0"]);
}

#[tokio::test]
async fn another_spec_or_a_removed_mark_is_a_new_try() {
    let world = failing(json!({})).await;
    for _ in 0..4 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world.change_spec(|spec| spec["version"] = json!("0.2.1"));
    world.settle().await;
    assert_eq!(images(&world), ["0.2.1", "0.2.1", "0.2.1"]);
    assert_eq!(world.condition("Degraded")["reason"], "AsExpected");
    assert_eq!(world.status().rollout, None);
}

#[tokio::test]
async fn without_automatic_rollback_it_stops_where_it_is() {
    let world = failing(json!({"autoRollback": false})).await;
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(images(&world), ["0.2.0", "0.2.0", "0.2.0"]);
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "RolloutFailed");
    assert!(degraded["message"].as_str().unwrap().contains("exited with code 3"), "{degraded}");
}

#[tokio::test]
async fn a_crash_of_an_old_pod_or_of_a_young_one_is_no_failure() {
    let world = failing(json!({})).await;
    world.api.edit_all("/pods/", |pod| pod["metadata"]["ownerReferences"] = json!([{"uid": "the old set"}]));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);

    world.crash("gateway");
    world.api.edit_all("/pods/", |pod| pod["status"]["containerStatuses"][0]["restartCount"] = json!(1));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    world.later(Duration::from_secs(61));
    assert_eq!(world.changes_of_a_pass().await, ["PATCH deployments/shop-gateway"]);
}

#[tokio::test]
async fn a_stack_that_never_worked_has_nothing_to_go_back_to() {
    let world = World::with(json!({})).await;
    for _ in 0..2 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world.pass().await;
    world.crash("gateway");
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(world.condition("Degraded")["reason"], "AsExpected");
}
