use serde_json::json;

use super::world::{World, path, pods_down};

const NEW_IMAGE: &str = "shop:2";

#[tokio::test]
async fn a_new_version_waits_for_its_migrations_and_the_old_one_serves_on() {
    let world = World::settled(json!({})).await;
    world.change_spec(|spec| spec["defaults"]["image"] = json!({"reference": NEW_IMAGE}));

    let changes = world.changes_of_a_pass().await;
    assert!(
        !changes.is_empty() && changes.iter().all(|change| change.starts_with("PATCH jobs/")),
        "{changes:?}"
    );

    let job = world.name_of("jobs", "shop-migrate-orders");
    world.controllers_catch_up();
    world.api.edit_all("/jobs/shop-migrate-orders", |job| {
        job["status"]["conditions"] =
            json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "no luck"}]);
    });
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    let degraded = world.condition("Degraded");
    assert_eq!(degraded["reason"], "MigrationFailed");
    assert!(degraded["message"].as_str().unwrap().contains("kubectl -n shops logs job/shop-migrate-orders-"));
    assert_eq!(world.condition("Progressing")["reason"], "Blocked");
    let deployment = world.api.get(&path("deployments", "shop-orders")).unwrap();
    assert_ne!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], NEW_IMAGE);

    world.controllers_catch_up();
    world.settle().await;
    let deployment = world.api.get(&path("deployments", "shop-orders")).unwrap();
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], NEW_IMAGE);
    assert!(
        world.api.get(&path("jobs", &job)).is_none() || job == world.name_of("jobs", "shop-migrate-orders")
    );
    let jobs = world.api.paths().iter().filter(|path| path.contains("/jobs/shop-migrate-orders")).count();
    assert_eq!(jobs, 1, "the Job of the version before is gone");
}

#[tokio::test]
async fn changes_wait_while_the_database_is_down() {
    let world = World::settled(json!({})).await;
    world.api.edit(&path("statefulsets", "shop-postgres"), pods_down);
    world.change_spec(|spec| spec["services"] = json!({"orders": {"image": NEW_IMAGE}}));
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
    assert_eq!(world.condition("Ready")["status"], "False");

    world.controllers_catch_up();
    assert!(world.changes_of_a_pass().await[0].starts_with("PATCH jobs/shop-migrate-orders-"));
}

#[tokio::test]
async fn a_disabled_service_goes_but_neither_volumes_nor_the_root_secret() {
    let world = World::settled(json!({})).await;
    world.api.put(
        &path("deployments", "shop-foreign"),
        json!({"metadata": {"name": "shop-foreign", "labels": {
            "app.kubernetes.io/managed-by": "ecommerce-operator", "app.kubernetes.io/instance": "shop",
        }}}),
    );
    world.change_spec(|spec| spec["services"] = json!({"payments": {"enabled": false}}));

    world.settle().await;

    assert!(world.api.get(&path("deployments", "shop-payments")).is_none());
    assert!(world.api.get(&path("services", "shop-payments")).is_none());
    assert!(world.api.get(&path("secrets", "shop-payments")).is_none());
    assert!(world.api.get(&path("secrets", "shop-root")).is_some());
    assert!(world.api.get(&path("persistentvolumeclaims", "shop-postgres")).is_some());
    assert!(world.api.get(&path("deployments", "shop-foreign")).is_some(), "no owner, so not ours to delete");
    assert_eq!(world.status().services_ready.unwrap(), "7/7");
}

#[tokio::test]
async fn a_migration_that_was_deleted_by_hand_runs_again() {
    let world = World::settled(json!({})).await;
    let job = path("jobs", &world.name_of("jobs", "shop-migrate-orders"));
    world.api.delete(&job);
    world.pass().await;
    assert!(world.api.get(&job).is_some());
    assert_eq!(world.condition("MigrationsApplied")["reason"], "Running");
}
