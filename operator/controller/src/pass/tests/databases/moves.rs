//! The data moves from one mode to another, or does not.

use operator_desired::Offers;
use serde_json::json;

use super::super::world::{World, path};
use super::{database, jobs, message, secret_value};
use crate::fake_api::refusal;

/// As asked for by a user who has CloudNativePG.
fn ask_for(world: &World, mode: &str) {
    world.tools.discovery.set(Offers::all());
    world.change_spec(|spec| {
        spec["database"]["mode"] = json!(mode);
        spec["operation"]["migrateDatabase"] = json!(true);
    });
}

/// Passes until the data is in this phase.
async fn until_phase(world: &World, phase: &str) {
    for _ in 0..6 {
        world.pass().await;
        if database(world)["phase"] == phase {
            return;
        }
        world.controllers_catch_up();
    }
    panic!("it did not come to {phase}: {:#}", world.stack()["status"]);
}

#[tokio::test]
async fn data_moves_to_another_mode_and_the_old_volume_stays() {
    let world = World::settled(json!({})).await;
    ask_for(&world, "CloudNativePG");

    until_phase(&world, "Preparing").await;
    let ready = world.condition("Ready");
    assert_eq!(
        (&ready["status"], &ready["observedGeneration"]),
        (&json!("False"), &world.stack()["metadata"]["generation"])
    );
    world.pass().await;
    assert!(world.api.get(&path("clusters", "shop-db")).is_some());
    assert!(world.api.get(&path("statefulsets", "shop-postgres")).is_some());
    assert!(secret_value(&world, "shop-orders", "DATABASE_URL").contains("@shop-postgres:"));
    assert_eq!(world.condition("Progressing")["reason"], "MovingDatabase");
    assert_eq!(world.condition("Ready")["status"], "False");

    until_phase(&world, "Stopping").await;
    let pod = path("pods", "shop-orders-1");
    let labels = json!({
        "app.kubernetes.io/managed-by": "ecommerce-operator", "app.kubernetes.io/instance": "shop",
        "app.kubernetes.io/component": "service",
    });
    world.api.put(&pod, json!({"metadata": {"name": "shop-orders-1", "labels": labels}}));
    world.pass().await;
    assert_eq!(database(&world)["phase"], "Stopping", "somebody may still write");
    let ready = world.condition("Ready");
    assert_eq!(ready["reason"], "MovingDatabase");
    assert!(ready["message"].as_str().unwrap().contains("while the data moves"), "{ready}");
    world.api.delete(&pod);

    until_phase(&world, "Copying").await;
    world.pass().await;
    world.name_of("jobs", "shop-move-");
    world.pass().await;
    assert_eq!(
        database(&world),
        json!({"mode": "Embedded", "movingTo": "CloudNativePG", "phase": "Copying"})
    );

    until_phase(&world, "Switching").await;
    assert_eq!(database(&world)["mode"], "CloudNativePG");
    assert!(
        world.api.get(&path("statefulsets", "shop-postgres")).is_some(),
        "published before it is acted on"
    );
    world.settle().await;
    assert_eq!(database(&world), json!({"mode": "CloudNativePG"}));
    assert!(secret_value(&world, "shop-orders", "DATABASE_URL").contains("@shop-db-pooler:"));
    assert!(world.api.get(&path("statefulsets", "shop-postgres")).is_none());
    assert!(world.api.get(&path("persistentvolumeclaims", "shop-postgres")).is_some());
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
}

#[tokio::test]
async fn an_operator_that_ends_between_two_phases_goes_on_where_it_was() {
    let world = World::settled(json!({})).await;
    ask_for(&world, "CloudNativePG");
    until_phase(&world, "Copying").await;
    world.pass().await;
    world.controllers_catch_up();
    let mut cut = false;
    world.api.fault(move |asked, _| {
        let publishes = asked.path.ends_with("/ecommercestacks/shop/status") && !cut;
        cut |= publishes;
        publishes.then(|| refusal(500, "InternalError"))
    });
    assert!(world.try_pass().await.is_err());

    assert_eq!(database(&world)["phase"], "Copying");
    assert!(secret_value(&world, "shop-orders", "DATABASE_URL").contains("@shop-postgres:"));
    let jobs_before = jobs(&world);
    world.pass().await;
    assert_eq!(database(&world)["phase"], "Switching");
    assert_eq!(jobs(&world), jobs_before, "nothing is copied twice");
}

#[tokio::test]
async fn a_copy_that_fails_is_told_and_the_old_mode_brings_everything_back() {
    let world = World::settled(json!({})).await;
    ask_for(&world, "CloudNativePG");
    until_phase(&world, "Copying").await;
    world.pass().await;
    let job = world.name_of("jobs", "shop-move-");
    world.api.edit(&path("jobs", &job), |job| {
        job["status"]["conditions"] =
            json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "gave up"}]);
    });
    world.pass().await;

    assert_eq!(world.condition("Degraded")["reason"], "MigrationFailed");
    let said = message(&world, "Degraded");
    assert!(said.contains(&format!("kubectl -n shops logs job/{job}")), "{said}");
    assert!(said.contains("put the old spec.database.mode back"), "{said}");
    assert_eq!(database(&world)["phase"], "Copying");

    world.change_spec(|spec| spec["database"]["mode"] = json!("Embedded"));
    world.settle().await;
    assert_eq!(database(&world), json!({"mode": "Embedded"}));
    assert!(world.api.get(&path("jobs", &job)).is_none());
    assert!(secret_value(&world, "shop-orders", "DATABASE_URL").contains("@shop-postgres:"));
}

#[tokio::test]
async fn a_mode_that_changes_without_a_word_about_the_data_changes_nothing() {
    let world = World::settled(json!({})).await;
    world.tools.discovery.set(Offers::all());
    world.change_spec(|spec| spec["database"]["mode"] = json!("CloudNativePG"));

    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(world.condition("Degraded")["reason"], "InvalidSpec");
    assert!(message(&world, "Degraded").contains("operation.migrateDatabase"));
}
