//! Where the data is, and what may become of it.

use serde_json::{Value, json};

use super::{changed, created, refused, stack};

#[test]
fn an_external_database_is_named_in_its_mode() {
    let database = |mode: &str, named: bool| {
        let mut database = json!({ "mode": mode });
        if named {
            database["external"] = json!({ "secretName": "db" });
        }
        created(json!({ "database": database }))
    };
    let path = "spec.database.external";
    assert_eq!(database("External", false), [path]);
    assert!(database("Embedded", true).is_empty(), "data may be on its way from there");
    assert!(database("External", true).is_empty());
    assert!(database("CloudNativePG", false).is_empty());
}

#[test]
fn data_moves_only_when_that_is_asked_for() {
    let to = |migrate: bool| json!({ "database": { "mode": "CloudNativePG" }, "operation": { "migrateDatabase": migrate } });
    assert_eq!(changed(json!({}), to(false)), ["spec.database.mode"]);
    assert!(changed(json!({}), to(true)).is_empty());
    assert!(changed(to(true), to(false)).is_empty());
    assert_eq!(changed(to(false), json!({})), ["spec.database.mode"]);
}

/// There is one version yet, so the rule is tried on one that the enum will hold one day.
#[test]
fn the_version_of_the_data_stays() {
    let old = stack("shop", json!({}));
    let mut new = old.clone();
    *new.pointer_mut("/spec/database/embedded/version").unwrap() = json!("18");
    assert_eq!(refused(&new, Some(&old)), ["spec.database.embedded.version"]);
}

#[test]
fn a_restore_happens_at_the_creation_only() {
    let from = |dump: &str| json!({ "database": { "restoreFrom": { "volumeClaim": "shop-backups", "dump": dump } } });
    let path = ["spec.database.restoreFrom"];
    assert!(created(from("a")).is_empty());
    assert!(changed(from("a"), from("a")).is_empty());
    assert_eq!(changed(from("a"), from("b")), path);
    assert_eq!(changed(json!({}), from("a")), path);
    assert_eq!(changed(from("a"), json!({})), path);
}

#[test]
fn a_dump_comes_from_one_place() {
    let s3 = json!({ "endpoint": "https://s3.example.com", "bucket": "dumps", "secretName": "s3" });
    let from = |place: Value| created(json!({ "database": { "restoreFrom": place } }));
    let path = ["spec.database.restoreFrom.volumeClaim"];
    assert_eq!(from(json!({ "stack": "shop" })), path);
    assert_eq!(from(json!({ "volumeClaim": "shop-backups", "s3": s3 })), path);
    assert!(from(json!({ "s3": s3 })).is_empty());
}
