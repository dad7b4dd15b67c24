use std::time::Duration;

use contracts::Role;
use serde_json::{Value, json};

use super::world::World;
use crate::pass::Ending;
use crate::status::Prospect;

const DAY: Duration = Duration::from_secs(86_400);

/// Whose orders has something to remove, and has just been rolled out anew.
async fn upgraded(operation: Value) -> World {
    let mut world = World::with(json!({"version": "0.1.0", "operation": operation})).await;
    world.tools.contracts = [(Role::Orders, "0.1.0")].into();
    world.settle().await;
    world.change_spec(|spec| spec["version"] = json!("0.2.0"));
    for _ in 0..4 {
        world.pass().await;
        world.controllers_catch_up();
    }
    world
}

fn removals(world: &World) -> usize {
    world.api.paths().iter().filter(|path| path.contains("/jobs/shop-drop-orders-")).count()
}

#[tokio::test]
async fn what_only_old_pods_used_goes_after_the_new_ones_have_run_for_a_day() {
    let mut world = upgraded(json!({})).await;
    assert_eq!(world.pass().await, Ending::Seen(Prospect::Waiting(86_401)));
    let progressing = world.condition("Progressing");
    assert_eq!((&progressing["status"], &progressing["reason"]), (&json!("False"), &json!("Soaking")));
    assert!(progressing["message"].as_str().unwrap().ends_with("ecommercestack.dev/approve-contract=0.2.0"));
    assert_eq!(world.condition("Ready")["status"], "True", "everything runs as specified");
    assert_eq!(world.status().rollout.unwrap().step, "Soak");
    world.api.asked();
    world.restart();
    world.pass().await;
    assert!(world.api.writes().is_empty(), "a soak is steady");

    world.later(DAY - Duration::from_secs(1));
    world.pass().await;
    assert_eq!(world.condition("Progressing")["reason"], "Soaking");
    world.later(Duration::from_secs(1));
    world.restart();
    world.pass().await;
    assert_eq!(world.condition("Progressing")["reason"], "Contracting");
    assert_eq!(world.condition("Ready")["status"], "True");
    assert_eq!(world.status().rollout.unwrap().step, "Contract");

    world.controllers_catch_up();
    world.pass().await;
    assert_eq!(world.condition("Progressing")["reason"], "Stable");
    assert_eq!((world.status().rollout, removals(&world)), (None, 1));
}

#[tokio::test]
async fn somebodys_word_ends_the_soak() {
    let world = upgraded(json!({})).await;
    world.pass().await;
    world.annotate("ecommercestack.dev/approve-contract", "0.2.0");
    assert!(world.changes_of_a_pass().await[0].starts_with("PATCH jobs/shop-drop-orders-"));
}

#[tokio::test]
async fn a_stack_that_is_only_just_made_does_not_soak() {
    let mut world = World::with(json!({})).await;
    world.tools.contracts = [(Role::Orders, "0.1.0")].into();
    world.settle().await;
    assert_eq!((removals(&world), world.status().rollout), (1, None));
}

#[tokio::test]
async fn a_removal_that_fails_is_said_and_the_shop_is_ready() {
    let world = upgraded(json!({"contractAfterSeconds": 0})).await;
    world.pass().await;
    world.api.edit_all("/jobs/shop-drop-orders-", |job| {
        job["status"]["conditions"] =
            json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "no luck"}]);
    });
    world.pass().await;
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "MigrationFailed");
    assert!(degraded["message"].as_str().unwrap().contains("kubectl -n shops delete job shop-drop-orders-"));
    assert_eq!(world.condition("Ready")["status"], "True");
}

#[tokio::test]
async fn a_release_that_needs_what_was_removed_is_refused() {
    let mut world = upgraded(json!({"contractAfterSeconds": 0, "allowDowngrade": true})).await;
    world.settle().await;
    world.tools.contracts = [(Role::Orders, "0.2.0")].into();
    world.change_spec(|spec| spec["version"] = json!("0.1.0"));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "InvalidSpec");
    assert!(degraded["message"].as_str().unwrap().contains("spec.version"), "{degraded}");
}
