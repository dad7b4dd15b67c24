//! Databases that CloudNativePG looks after.

use operator_desired::Offers;
use serde_json::json;

use super::super::world::{World, path};
use super::{database, jobs, message, secret_value};

#[tokio::test]
async fn a_cluster_that_nobody_has_installed_is_said_and_waited_for() {
    let world = World::with(json!({"database": {"mode": "CloudNativePG"}})).await;

    world.pass().await;
    assert_eq!(world.condition("DatabaseReady")["reason"], "NotInstalled");
    assert_eq!(world.condition("Degraded")["reason"], "NotInstalled");
    assert!(message(&world, "Degraded").contains("DatabaseRole"), "{}", message(&world, "Degraded"));

    world.tools.discovery.set(Offers::all());
    world.pass().await;
    assert!(world.api.get(&path("clusters", "shop-db")).is_some());
    assert_eq!(world.condition("DatabaseReady")["reason"], "Starting");
    let said = message(&world, "DatabaseReady");
    assert!(said.ends_with("kubectl -n shops describe cluster shop-db"), "{said}");
    assert!(message(&world, "BackedUp").ends_with("see spec.database.cloudNativePG.backup"));
    world.settle().await;
    assert_eq!(database(&world), json!({"mode": "CloudNativePG"}));
    let url = secret_value(&world, "shop-orders", "DATABASE_URL");
    assert!(url.ends_with("@shop-db-pooler:5432/orders?sslmode=verify-full"), "{url}");
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
}

#[tokio::test]
async fn a_stack_is_not_ready_while_its_lost_primary_is_replaced() {
    let world = World::with(json!({"database": {"mode": "CloudNativePG"}})).await;
    world.tools.discovery.set(Offers::all());
    world.settle().await;
    assert_eq!(world.condition("Ready")["status"], "True");

    world.api.edit(&path("clusters", "shop-db"), |cluster| {
        cluster["status"]["instancesStatus"]["healthy"] = json!(["shop-db-2"]);
        cluster["status"]["targetPrimary"] = json!("shop-db-2");
    });
    assert_eq!(world.changes_of_a_pass().await, [""; 0], "the services are left alone");
    assert_eq!(world.condition("DatabaseReady")["reason"], "Starting");
    assert_eq!(world.condition("Ready")["status"], "False");

    world.api.edit(&path("clusters", "shop-db"), |cluster| {
        cluster["status"]["currentPrimary"] = json!("shop-db-2");
    });
    world.pass().await;
    assert_eq!(world.condition("Ready")["status"], "True");
}

#[tokio::test]
async fn services_wait_until_their_roles_and_databases_are_made() {
    let world = World::with(json!({"database": {"mode": "CloudNativePG"}})).await;
    world.tools.discovery.set(Offers::all());
    world.pass().await;
    world.controllers_catch_up();
    world.api.edit(&path("databases", "shop-db-orders"), |database| {
        database["status"]["applied"] = json!(false);
    });

    world.pass().await;

    assert!(jobs(&world).is_empty());
    assert_eq!(world.condition("Progressing")["reason"], "StartingInfrastructure");
}

#[tokio::test]
async fn backups_of_a_cluster_that_fail_are_told_with_the_reason_that_it_gives() {
    let cluster_with_backups =
        json!({"mode": "CloudNativePG", "cloudNativePG": {"backup": {"schedule": "0 2 * * *"}}});
    let world = World::with(json!({"database": cluster_with_backups})).await;
    world.tools.discovery.set(Offers::all());
    world.settle().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Waiting");

    world.api.edit(&path("clusters", "shop-db"), |cluster| {
        cluster["status"]["lastFailedBackup"] = json!("2026-11-22T11:00:00Z");
        cluster["status"]["conditions"] = json!([
            {"type": "LastBackupSucceeded", "status": "False", "message": "the cluster has no backup section"},
        ]);
    });
    world.pass().await;
    let said = message(&world, "BackedUp");
    assert!(said.contains("the cluster has no backup section"), "{said}");
    assert!(said.ends_with("kubectl -n shops describe cluster/shop-db"), "{said}");

    world.api.edit(&path("clusters", "shop-db"), |cluster| {
        cluster["status"]["lastSuccessfulBackup"] = json!("2026-11-22T11:30:00Z");
    });
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Succeeded");
}
