//! Where databases live, and what works on them.

use std::collections::BTreeMap;

use contracts::Role;
use operator_api::DatabaseMode;
use serde_json::{Value, json};

use super::stacks::{built, find, in_file, inputs, restarted, valid, value_of};
use crate::{
    DatabaseInputs, DatabaseState, Desired, ExternalServer, Inputs, Move, Offers, Phase, Step, build,
    missing_kinds, validate,
};

fn server(keys: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    keys.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect()
}

/// Whose roles the operator makes.
fn managed() -> Value {
    json!({ "mode": "External", "external": { "secretName": "server", "adminSecretName": "administrator" } })
}

fn read(keys: &[(&str, &str)], admin: bool) -> Result<ExternalServer, String> {
    let mut database = managed();
    if !admin {
        database["external"].as_object_mut().unwrap().remove("adminSecretName");
    }
    let stack = valid(json!({ "database": database }));
    ExternalServer::from_data(&server(keys), stack.external_database().unwrap())
}

pub fn at(state: DatabaseState, external: Option<ExternalServer>) -> Inputs {
    Inputs { database: DatabaseInputs { state, external }, offers: Offers::all(), ..inputs() }
}

/// A server with readers and an authority of its own.
pub fn of_somebody_elses() -> ExternalServer {
    let keys = [("host", "db.example.com"), ("readHost", "ro.example.com"), ("ca.crt", "BEGIN CERTIFICATE")];
    read(&keys, true).unwrap()
}

pub fn of_databases() -> [Desired; 4] {
    let text = include_str!("databases.yaml");
    let moving = |from, to, phase| DatabaseState { home: Some(from), moving: Some(Move { to, phase }) };
    let copying = moving(DatabaseMode::CloudNativePG, DatabaseMode::Embedded, Phase::Copying);
    let cluster = DatabaseState { home: Some(DatabaseMode::CloudNativePG), moving: None };
    let stack = |index| validate(&in_file(text, index)).unwrap();
    [
        build(&stack(0), &at(cluster, None)),
        build(&stack(1), &at(DatabaseState::default(), Some(of_somebody_elses()))),
        build(&stack(2), &inputs()),
        build(&stack(2), &at(copying, None)),
    ]
}

#[test]
fn each_mode_has_objects_of_its_own_and_none_of_another() {
    let has = |desired: &Desired, kind: &str, name: &str| find(desired, kind, name).is_some();
    let [cluster, external, embedded, moving] = of_databases();
    assert!(has(&cluster, "Cluster", "shop-db") && !has(&cluster, "StatefulSet", "shop-postgres"));
    assert!(!has(&external, "Cluster", "shop-db") && !has(&external, "StatefulSet", "shop-postgres"));
    assert!(has(&embedded, "StatefulSet", "shop-postgres") && !has(&embedded, "Cluster", "shop-db"));
    assert!(has(&moving, "StatefulSet", "shop-postgres") && has(&moving, "Cluster", "shop-db"));
}

#[test]
fn a_role_is_told_where_its_data_is_and_not_where_it_is_going() {
    let url = |desired: &Desired, key: &str| value_of(desired, "shop-orders", key);
    let [cluster, external, embedded, moving] = of_databases();
    for desired in [&cluster, &moving] {
        assert!(
            url(desired, "DATABASE_URL")
                .unwrap()
                .ends_with("@shop-db-pooler:5432/orders?sslmode=verify-full")
        );
        assert!(
            url(desired, "DATABASE_SESSION_URL")
                .unwrap()
                .ends_with("@shop-db-rw:5432/orders?sslmode=verify-full")
        );
    }
    assert!(url(&cluster, "DATABASE_READ_URL").unwrap().contains("@shop-db-ro:5432/"));
    assert!(
        url(&external, "DATABASE_URL").unwrap().ends_with("@db.example.com:5432/orders?sslmode=verify-full")
    );
    assert!(url(&external, "DATABASE_READ_URL").unwrap().contains("@ro.example.com:5432/"));
    assert_eq!(url(&embedded, "DATABASE_READ_URL"), None);
    assert_eq!(url(&external, "DATABASE_SESSION_URL"), None);
}

#[test]
fn whoever_speaks_to_a_database_trusts_its_authority() {
    let [cluster, external, embedded, _] = of_databases();
    let trusted = |desired: &Desired| {
        let template =
            &find(desired, "Deployment", "shop-orders").unwrap().value()["spec"]["template"]["spec"];
        let volumes = template["volumes"].as_array().cloned().unwrap_or_default();
        let volume = volumes.into_iter().find(|volume| volume["name"] == "database-ca")?;
        Some(volume["secret"]["secretName"].as_str().unwrap().to_owned())
    };
    assert_eq!(trusted(&cluster).as_deref(), Some("shop-db-ca"));
    assert_eq!(trusted(&external).as_deref(), Some("shop-database"), "not what else the user's Secret holds");
    assert_eq!(trusted(&embedded), None);
}

#[test]
fn overrides_have_the_last_word_about_a_cluster() {
    let [cluster, ..] = of_databases();
    let spec = &find(&cluster, "Cluster", "shop-db").unwrap().value()["spec"];
    assert_eq!(spec["postgresql"]["parameters"]["work_mem"], "8MB");
    assert_eq!(spec["postgresql"]["parameters"]["statement_timeout"], "10s");
    assert_eq!(spec["monitoring"]["enablePodMonitor"], true);
    assert!(spec.get("affinity").is_none());
}

#[test]
fn kinds_that_are_not_installed_are_named() {
    let stack = valid(json!({ "database": { "mode": "CloudNativePG" } }));
    let missing = |offers| missing_kinds(&stack, &DatabaseInputs::default(), offers);
    assert_eq!(missing(Offers::default()), ["Cluster", "DatabaseRole", "Database", "Pooler"]);
    assert!(missing(Offers::all()).is_empty());
    assert!(missing_kinds(&valid(json!({})), &DatabaseInputs::default(), Offers::default()).is_empty());
}

#[test]
fn what_is_wrong_with_a_secret_is_told_by_its_key_and_without_its_values() {
    let wrong = |keys: &[(&str, &str)], admin| read(keys, admin).unwrap_err();
    assert_eq!(wrong(&[], true), "it must hold host");
    assert_eq!(wrong(&[("host", "db:5432")], true), "host must be a name or an address, without a port");
    assert_eq!(wrong(&[("host", "db")], false), "it must hold users.password");
    assert_eq!(wrong(&[("host", "db"), ("port", "secret")], true), "port is no port");
    assert_eq!(wrong(&[("host", "db"), ("ca.crt", "secret")], true), "ca.crt is no certificate in PEM");
    let modes = "sslmode must be disable, require, verify-ca or verify-full";
    assert_eq!(wrong(&[("host", "db"), ("sslmode", "prefer")], true), modes);
    assert!(read(&[("host", "2001:db8::1\n"), ("port", "6432")], true).is_ok());
    assert!(!format!("{:?}", read(&[("host", "db")], true)).contains("password"));
}

#[test]
fn the_administrator_is_known_to_the_job_alone() {
    let [_, external, ..] = of_databases();
    for manifest in external.manifests() {
        let named = manifest.value().to_string().contains("\"administrator\"");
        assert_eq!(named, manifest.name().starts_with("shop-database-"), "{}", manifest.name());
    }
    let job = external.waves.iter().find(|wave| wave.step == Step::Setup).unwrap();
    assert_eq!(job.manifests.len(), 1);
}

#[test]
fn a_dump_is_read_before_there_is_data_and_never_after() {
    let stack = valid(json!({ "database": { "restoreFrom": { "volumeClaim": "old-backups" } } }));
    let jobs = |state| {
        let desired = build(&stack, &at(state, None));
        let setup = desired.waves.into_iter().find(|wave| wave.step == Step::Setup).unwrap();
        setup.manifests.len()
    };
    assert_eq!(jobs(DatabaseState::default()), 1);
    assert_eq!(jobs(DatabaseState { home: Some(DatabaseMode::Embedded), moving: None }), 0);
}

#[test]
fn another_minor_version_restarts_postgres_and_nothing_else() {
    let upgraded = built(json!({ "database": { "embedded": { "image": "postgres:17.6" } } }));
    assert_eq!(restarted(&built(json!({})), &upgraded), ["shop-postgres"]);
}

#[test]
fn dumps_begin_and_end_without_a_restart() {
    let with = built(json!({ "database": { "embedded": { "backup": {} } } }));
    assert!(restarted(&built(json!({})), &with).is_empty());
    assert!(restarted(&with, &built(json!({}))).is_empty());
    let volume = find(&with, "PersistentVolumeClaim", "shop-backups").unwrap();
    assert!(volume.value()["metadata"].get("ownerReferences").is_none());
}

#[test]
fn without_mtls_postgres_is_plain() {
    let desired = built(json!({ "security": { "mtls": { "enabled": false } } }));
    let files = &find(&desired, "ConfigMap", "shop-postgres").unwrap().value()["data"];
    assert!(!files["pg_hba.conf"].as_str().unwrap().contains("hostssl"));
    assert!(!files["postgresql.conf"].as_str().unwrap().contains("ssl = on"));
    let url = value_of(&desired, "shop-orders", "DATABASE_URL").unwrap();
    assert!(url.ends_with("@shop-postgres:5432/orders"), "{url}");
}

#[test]
fn work_on_databases_is_done_as_the_roles_themselves() {
    let [_, _, dumps, moving] = of_databases();
    for (desired, name, prefixes) in [
        (&dumps, "shop-backup", vec![""]),
        (&dumps, "shop-restore", vec![""]),
        (&moving, "shop-move", vec!["from-", "to-"]),
    ] {
        let file = value_of(desired, name, "pg_service.conf").unwrap();
        let owners = Role::ALL.into_iter().filter(|role| role.spec().owns_database);
        for role in owners {
            for prefix in &prefixes {
                assert!(file.contains(&format!("[{prefix}{role}]\n")), "{name} {file}");
            }
        }
        assert!(!file.contains("user=postgres"));
        assert!(file.contains("sslmode=verify-full"));
    }
}
