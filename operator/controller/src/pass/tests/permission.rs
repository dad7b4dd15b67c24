use std::time::Duration;

use serde_json::json;

use super::world::{World, path};
use crate::pass::Ending;
use crate::status::Prospect;

async fn supervised() -> World {
    World::settled(json!({"version": "0.1.0", "operation": {"updateStrategy": "Supervised"}})).await
}

#[tokio::test]
async fn a_supervised_release_waits_for_somebodys_word() {
    let world = supervised().await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    let progressing = world.condition("Progressing");
    assert_eq!(progressing["reason"], "WaitingForApproval");
    let command =
        "kubectl -n shops annotate --overwrite ecommercestack shop ecommercestack.dev/approve=0.2.0";
    assert!(progressing["message"].as_str().unwrap().ends_with(command), "{progressing}");
    assert_eq!(world.status().rollout.unwrap().step, "AwaitingApproval");
    assert_eq!(world.condition("Ready")["status"], "False", "it is not what the spec says");

    world.annotate("ecommercestack.dev/approve", "0.1.9");
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    world.annotate("ecommercestack.dev/approve", "0.2.0");
    world.settle().await;
    assert_eq!(world.image("gateway"), "shop:0.2.0");
}

#[tokio::test]
async fn who_approved_a_release_did_not_approve_what_becomes_of_it() {
    let world = supervised().await;
    world.annotate("ecommercestack.dev/approve", "0.1.0");
    world.change_spec(|spec| {
        spec["services"] = json!({"orders": {"config": {"cancellationWindowSeconds": 5}}});
    });
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    let target = world.status().version.unwrap().target.unwrap();
    assert!(target.starts_with("0.1.0-"), "{target}");
    world.annotate("ecommercestack.dev/approve", &target);
    world.settle().await;
    assert_eq!(world.status().version.unwrap().target.unwrap(), "0.1.0");
}

#[tokio::test]
async fn repairs_and_scaling_do_not_wait_for_anybodys_word() {
    let world = supervised().await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    world.pass().await;
    world.api.delete(&path("deployments", "shop-orders"));
    world.api.delete(&path("services", "shop-orders"));
    world.change_spec(|spec| spec["services"] = json!({"catalog": {"scaling": {"mode": "HPA", "max": 5}}}));
    world.pass().await;
    assert_eq!(world.image("orders"), "shop:0.1.0");
    assert!(world.api.get(&path("services", "shop-orders")).is_some());
    assert!(world.api.get(&path("horizontalpodautoscalers", "shop-catalog")).is_some());
}

#[tokio::test]
async fn a_release_begins_when_a_window_opens_and_is_brought_to_its_end_after_it() {
    // It is 12:00 in UTC.
    let windows = json!([{"start": "14:00", "durationMinutes": 5, "timeZone": "Europe/Berlin"}]);
    let world =
        World::settled(json!({"version": "0.1.0", "operation": {"maintenanceWindows": windows}})).await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Waiting(3601)));
    let progressing = world.condition("Progressing");
    assert_eq!(progressing["reason"], "OutsideWindow");
    assert!(
        progressing["message"].as_str().unwrap().ends_with("the next window opens at 2026-11-22T13:00:00Z")
    );
    assert_eq!(world.image("users"), "shop:0.1.0");

    world.later(Duration::from_secs(3600));
    for _ in 0..2 {
        world.pass().await;
        world.controllers_catch_up();
    }
    assert_eq!((world.image("users"), world.image("gateway")), ("shop:0.2.0".into(), "shop:0.1.0".into()));
    world.later(Duration::from_secs(300));
    world.settle().await;
    assert_eq!(world.image("gateway"), "shop:0.2.0");
}

#[tokio::test]
async fn a_stack_that_is_only_just_made_waits_for_nobody() {
    let windows = json!([{"start": "02:00", "durationMinutes": 5}]);
    let operation = json!({"updateStrategy": "Supervised", "maintenanceWindows": windows});
    World::settled(json!({"operation": operation})).await;
}
