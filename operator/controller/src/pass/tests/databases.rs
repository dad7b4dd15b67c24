//! Where the data is: a server of the stack's own, or somebody else's.

mod cloud_native_pg;
mod moves;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
