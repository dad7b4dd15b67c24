use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use operator_desired::Offers;
use serde_json::{Value, json};

use super::world::{World, path};
use crate::fake_api::refusal;

fn external(keys: &BTreeMap<&str, String>) -> Value {
    let data: serde_json::Map<String, Value> =
        keys.iter().map(|(key, value)| ((*key).to_owned(), json!(STANDARD.encode(value)))).collect();
    json!({"metadata": {"name": "db"}, "data": data})
}

fn server() -> BTreeMap<&'static str, String> {
    let passwords =
        ["users", "catalog", "inventory", "orders", "payments", "notifications"].map(|role| match role {
            "users" => "users.password",
            "catalog" => "catalog.password",
            "inventory" => "inventory.password",
            "orders" => "orders.password",
            "payments" => "payments.password",
            _ => "notifications.password",
        });
    let mut keys: BTreeMap<&str, String> =
        passwords.into_iter().map(|key| (key, format!("secret of {key}/?"))).collect();
    keys.insert("host", "db.example.com".to_owned());
    keys
}

fn secret_value(world: &World, name: &str, key: &str) -> String {
    let secret = world.api.get(&path("secrets", name)).unwrap();
    String::from_utf8(STANDARD.decode(secret["data"][key].as_str().unwrap()).unwrap()).unwrap()
}

fn database(world: &World) -> Value {
    world.stack()["status"]["database"].clone()
}

fn message(world: &World, kind: &str) -> String {
    world.condition(kind)["message"].as_str().unwrap().to_owned()
}

fn jobs(world: &World) -> Vec<String> {
    world.api.paths().into_iter().filter(|path| path.contains("/jobs/")).collect()
}

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
async fn what_is_missing_in_the_secret_of_a_server_is_named_with_its_key() {
    let spec = json!({"database": {"mode": "External", "external": {"secretName": "db"}}});
    let world = World::with(spec).await;
    world.pass().await;
    assert_eq!(world.condition("Degraded")["reason"], "MissingReference");
    assert!(message(&world, "DatabaseReady").contains("kubectl -n shops create secret generic db"));

    let mut keys = server();
    keys.remove("orders.password");
    world.api.put(&path("secrets", "db"), external(&keys));
    world.pass().await;
    let said = message(&world, "Degraded");
    assert!(said.contains("Secret db, it must hold orders.password"), "{said}");
    assert!(!said.contains("secret of"), "{said}");

    world.api.put(&path("secrets", "db"), external(&server()));
    world.settle().await;
    let url = secret_value(&world, "shop-orders", "DATABASE_URL");
    assert_eq!(
        url,
        "postgres://orders:secret%20of%20orders%2Epassword%2F%3F@db.example.com:5432/orders?sslmode=require"
    );
    assert_eq!(world.condition("DatabaseReady")["reason"], "Available");
}

#[tokio::test]
async fn a_password_that_somebody_changes_reaches_the_pods() {
    let spec = json!({"database": {"mode": "External", "external": {"secretName": "db"}}});
    let world = World::with(spec).await;
    world.api.put(&path("secrets", "db"), external(&server()));
    world.settle().await;
    let template =
        |name: &str| world.api.get(&path("deployments", name)).unwrap()["spec"]["template"].clone();
    let (orders, users) = (template("shop-orders"), template("shop-users"));

    let mut keys = server();
    keys.insert("orders.password", "another".to_owned());
    world.api.put(&path("secrets", "db"), external(&keys));
    world.settle().await;

    assert!(secret_value(&world, "shop-orders", "DATABASE_URL").contains("orders:another@"));
    assert_ne!(template("shop-orders"), orders);
    assert_eq!(template("shop-users"), users);
}

#[tokio::test]
async fn an_administrator_is_asked_for_roles_and_the_migrations_wait_for_them() {
    let external_database = json!({"secretName": "db", "adminSecretName": "boss"});
    let world = World::with(json!({"database": {"mode": "External", "external": external_database}})).await;
    world.api.put(&path("secrets", "db"), external(&BTreeMap::from([("host", "db.example.com".to_owned())])));
    world.api.put(&path("secrets", "boss"), json!({"metadata": {"name": "boss"}}));
    world.pass().await;
    world.api.edit_all("/statefulsets/", super::world::pods_up);
    world.pass().await;
    let job = world.name_of("jobs", "shop-database-");
    assert_eq!(jobs(&world).len(), 1, "{:?}", jobs(&world));
    assert!(message(&world, "DatabaseReady").contains(&job));

    world.settle().await;
    assert!(jobs(&world).len() > 1);
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
}

#[tokio::test]
async fn data_moves_to_another_mode_and_the_old_volume_stays() {
    let world = World::settled(json!({})).await;
    ask_for(&world, "CloudNativePG");

    until_phase(&world, "Preparing").await;
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

#[tokio::test]
async fn a_new_stack_begins_with_a_dump_and_reads_it_once() {
    let from = json!({"volumeClaim": "old-backups", "stack": "old"});
    let world = World::with(json!({"database": {"restoreFrom": from}})).await;
    world.pass().await;
    world.api.edit_all("/statefulsets/", super::world::pods_up);
    world.pass().await;
    let job = world.name_of("jobs", "shop-restore-");
    assert_eq!(jobs(&world).len(), 1, "the migrations wait: {:?}", jobs(&world));
    assert_eq!(world.condition("DatabaseReady")["reason"], "Restoring");
    assert!(database(&world).is_null());

    world.settle().await;
    assert_eq!(database(&world), json!({"mode": "Embedded"}));
    assert!(world.api.get(&path("jobs", &job)).is_none(), "done, and no part of the stack any more");
    assert_eq!(world.changes_of_a_pass().await, [""; 0]);
}

#[tokio::test]
async fn a_volume_grows_where_its_class_lets_it() {
    let world = World::settled(json!({})).await;
    let grow = |spec: &mut Value| spec["database"]["embedded"]["storage"]["size"] = json!("2Gi");
    world.change_spec(grow);
    assert_eq!(world.changes_of_a_pass().await, ["PATCH persistentvolumeclaims/shop-postgres"]);
    let volume = world.api.get(&path("persistentvolumeclaims", "shop-postgres")).unwrap();
    assert_eq!(volume["spec"]["resources"]["requests"]["storage"], "2Gi");

    let fixed = World::settled(json!({})).await;
    fixed.api.fault(|asked, _| {
        (asked.method == "PATCH" && asked.path.contains("/persistentvolumeclaims/"))
            .then(|| refusal(403, "Forbidden"))
    });
    fixed.change_spec(grow);
    fixed.pass().await;
    assert_eq!(fixed.condition("Degraded")["reason"], "ApplyFailed");
    assert!(message(&fixed, "Degraded").contains("PersistentVolumeClaim shop-postgres"));
    assert_eq!(fixed.condition("DatabaseReady")["status"], "True");
}

#[tokio::test]
async fn dumps_are_judged_by_what_the_cron_job_says() {
    let world = World::settled(json!({"database": {"embedded": {"backup": {}}}})).await;
    assert_eq!(world.condition("BackedUp")["reason"], "Waiting");

    let backup = path("cronjobs", "shop-backup");
    let at = |time: &str| {
        let time = time.to_owned();
        world.api.edit(&backup, move |job| job["status"]["lastSuccessfulTime"] = json!(time));
    };
    at("2026-11-22T03:00:05Z");
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Succeeded");
    assert_eq!(world.stack()["status"]["lastBackupTime"], "2026-11-22T03:00:05Z");
    assert_eq!(world.writes_of_a_pass().await.len(), 0);

    let labels = world.api.get(&backup).unwrap()["metadata"]["labels"].clone();
    let owner = json!({"kind": "CronJob", "name": "shop-backup", "uid": "x", "controller": true});
    world.api.put(
        &path("jobs", "shop-backup-1"),
        json!({
            "metadata": {
                "name": "shop-backup-1", "labels": labels, "ownerReferences": [owner],
                "creationTimestamp": "2026-11-22T11:00:00Z",
            },
            "status": {"conditions": [{"type": "Failed", "status": "True", "reason": "R", "message": "full"}]},
        }),
    );
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "BackupFailed");
    assert!(message(&world, "BackedUp").contains("kubectl -n shops logs job/shop-backup-1"));
    assert_eq!(world.condition("Ready")["status"], "True");

    at("2026-11-22T11:30:00Z");
    world.later(std::time::Duration::from_secs(3 * 86_400));
    world.pass().await;
    assert_eq!(world.condition("BackedUp")["reason"], "Overdue");
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
