mod availability;
mod scaling;

use std::fmt::Write;

use insta::assert_snapshot;
use k8s_openapi::jiff::Timestamp;
use operator_api::{ConditionType, EcommerceStackStatus};
use operator_desired::{Invalid, SecretReference, Step};

use super::{assemble, transitions, verdict};
use crate::facts::{Facts, Hurdle, Migration, Refusal, Server, Service, Trouble};
use crate::stack_key::StackKey;
use crate::workload::{JobState, Pods, Rollout};

fn pods(ready: i32, desired: i32) -> Option<Pods> {
    let rollout = if ready == desired { Rollout::Complete } else { Rollout::Underway };
    Some(Pods { ready, desired, rollout })
}

fn service(name: &str, pods: Option<Pods>) -> Service {
    let image = Some("shop:1".to_owned());
    Service { name: name.to_owned(), workload: format!("shop-{name}"), pods, image, revision: None }
}

fn migration(state: Option<JobState>) -> Migration {
    Migration { role: "orders".to_owned(), job: "shop-migrate-orders-1a2b".to_owned(), state }
}

/// A stack on which all is well.
fn fine() -> Facts {
    Facts {
        database: Server { workload: "shop-postgres".to_owned(), pods: pods(1, 1) },
        messaging: Server { workload: "shop-rabbitmq".to_owned(), pods: pods(1, 1) },
        migrations: vec![migration(Some(JobState::Complete))],
        services: vec![service("gateway", pods(1, 1)), service("orders", pods(2, 2))],
        ..Facts::nothing(StackKey::new("shops", "shop"))
    }
}

fn said(kind: ConditionType, facts: &Facts) -> String {
    let verdict = verdict(kind, facts);
    assert!(kind.reasons().contains(&verdict.reason), "{kind} may not say {}", verdict.reason);
    format!("{kind}={} {}: {}", verdict.holds, verdict.reason, verdict.message)
}

/// Of the shop itself; the others have tests of their own.
fn all_said(facts: &Facts) -> String {
    use ConditionType::{DatabaseReady, Degraded, MessagingReady, MigrationsApplied, Progressing, Ready};
    let kinds = [Ready, Progressing, Degraded, DatabaseReady, MessagingReady, MigrationsApplied];
    kinds.into_iter().fold(String::new(), |mut all, kind| {
        writeln!(all, "{}", said(kind, facts)).unwrap();
        all
    })
}

#[test]
fn all_is_well() {
    assert_snapshot!(all_said(&fine()), @r"
        Ready=true AllComponentsReady: everything runs as specified
        Progressing=false Stable: nothing is being changed
        Degraded=false AsExpected: nothing is wrong
        DatabaseReady=true Available: Postgres is up
        MessagingReady=true Available: RabbitMQ is up (1/1 nodes)
        MigrationsApplied=true Applied: all databases have the schema of their services
        ");
}

#[test]
fn a_stack_that_is_coming_up_says_what_it_waits_for() {
    let facts = Facts {
        stage: Some(Step::Infrastructure),
        database: Server { workload: "shop-postgres".to_owned(), pods: pods(0, 1) },
        messaging: Server { workload: "shop-rabbitmq".to_owned(), pods: None },
        migrations: vec![migration(None)],
        services: vec![service("gateway", None)],
        ..fine()
    };
    assert_snapshot!(all_said(&facts), @r"
        Ready=false ComponentsNotReady: waiting for the database, the broker, migrations, gateway (not created yet): kubectl -n shops get pods -l app.kubernetes.io/instance=shop
        Progressing=true StartingInfrastructure: waiting for the database and the broker
        Degraded=false AsExpected: nothing is wrong
        DatabaseReady=false Starting: Postgres is not up (0/1 pods): kubectl -n shops describe statefulset shop-postgres
        MessagingReady=false NotFound: RabbitMQ has not been created yet
        MigrationsApplied=false Waiting: the migrations wait for the database and the broker
        ");
}

#[test]
fn every_step_has_its_name() {
    let told = [Step::Config, Step::Infrastructure, Step::Migrations, Step::Services]
        .map(|step| said(ConditionType::Progressing, &Facts { stage: Some(step), ..fine() }));
    assert_snapshot!(told.join("\n"), @r"
        Progressing=true Configuring: writing secrets and configuration
        Progressing=true StartingInfrastructure: waiting for the database and the broker
        Progressing=true Migrating: waiting for the migration Jobs
        Progressing=true RollingOut: waiting for the services
        ");
}

#[test]
fn a_pod_in_trouble_is_told_where_its_workload_is() {
    let trouble = |workload: &str| Trouble {
        workload: workload.to_owned(),
        message: format!("pod {workload}-x is ill: kubectl"),
    };
    let facts = Facts {
        stage: Some(Step::Infrastructure),
        database: Server { workload: "shop-postgres".to_owned(), pods: pods(0, 1) },
        migrations: vec![migration(Some(JobState::Running))],
        services: vec![Service {
            pods: Some(Pods {
                ready: 1,
                desired: 2,
                rollout: Rollout::Stalled { message: "deadline".to_owned() },
            }),
            ..service("orders", None)
        }],
        troubles: vec![trouble("shop-postgres"), trouble("shop-migrate-orders-1a2b"), trouble("shop-orders")],
        ..fine()
    };
    assert_snapshot!(all_said(&facts), @r"
        Ready=false ComponentsNotReady: waiting for the database, migrations, orders (1/2): pod shop-postgres-x is ill: kubectl
        Progressing=false Blocked: stopped until condition Degraded (MigrationFailed) is mended
        Degraded=true MigrationFailed: migrating orders: pod shop-migrate-orders-1a2b-x is ill: kubectl
        DatabaseReady=false Starting: Postgres is not up (0/1 pods): pod shop-postgres-x is ill: kubectl
        MessagingReady=true Available: RabbitMQ is up (1/1 nodes)
        MigrationsApplied=false Running: migrating orders: pod shop-migrate-orders-1a2b-x is ill: kubectl
        ");
}

#[test]
fn what_the_spec_got_wrong_is_said_first() {
    let wrong =
        Invalid { path: "spec.services.users.enabled".to_owned(), message: "enable users".to_owned() };
    let facts = Facts {
        hurdle: Some(Hurdle::Invalid(vec![wrong])),
        missing: vec![SecretReference {
            path: "spec.exposure.tls.secretName".to_owned(),
            name: "tls".to_owned(),
        }],
        ..fine()
    };
    assert_snapshot!(all_said(&facts), @r"
        Ready=false InvalidSpec: spec.services.users.enabled: enable users; what runs is left as it is: kubectl -n shops edit ecommercestack shop
        Progressing=false Blocked: stopped until condition Degraded (InvalidSpec) is mended
        Degraded=true InvalidSpec: spec.services.users.enabled: enable users; what runs is left as it is: kubectl -n shops edit ecommercestack shop
        DatabaseReady=true Available: Postgres is up
        MessagingReady=true Available: RabbitMQ is up (1/1 nodes)
        MigrationsApplied=true Applied: all databases have the schema of their services
        ");
}

#[test]
fn missing_secrets_come_with_the_command_that_makes_them() {
    let reference = |path: &str, name: &str| SecretReference { path: path.to_owned(), name: name.to_owned() };
    let missing = vec![
        reference("spec.exposure.tls.secretName", "shop-tls"),
        reference("spec.defaults.image.pullSecrets[0].name", "registry"),
    ];
    assert_snapshot!(said(ConditionType::Degraded, &Facts { missing, ..fine() }), @r"Degraded=true MissingReference: spec.exposure.tls.secretName names Secret shop-tls, which does not exist: kubectl -n shops create secret tls shop-tls --cert=tls.crt --key=tls.key; spec.defaults.image.pullSecrets[0].name names Secret registry, which does not exist: kubectl -n shops create secret docker-registry registry --docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD");
}

#[test]
fn refused_objects_are_counted() {
    let refusal = |title: &str| Refusal { title: title.to_owned(), message: "quota exceeded".to_owned() };
    let refused = vec![refusal("Deployment shop-orders"), refusal("Service shop-orders")];
    assert_snapshot!(all_said(&Facts { refused, stage: Some(Step::Services), ..fine() }), @r"
        Ready=false ApplyFailed: Deployment shop-orders: quota exceeded (and 1 more)
        Progressing=false Blocked: stopped until condition Degraded (ApplyFailed) is mended
        Degraded=true ApplyFailed: Deployment shop-orders: quota exceeded (and 1 more)
        DatabaseReady=true Available: Postgres is up
        MessagingReady=true Available: RabbitMQ is up (1/1 nodes)
        MigrationsApplied=true Applied: all databases have the schema of their services
        ");
}

#[test]
fn a_volume_that_may_not_grow_is_told_with_the_command_that_lets_it() {
    let refusal = Refusal {
        title: "PersistentVolumeClaim shop-postgres".to_owned(),
        message: "only dynamically provisioned pvc can be resized".to_owned(),
    };
    assert_snapshot!(said(ConditionType::Degraded, &Facts { refused: vec![refusal], ..fine() }), @r#"Degraded=true ApplyFailed: PersistentVolumeClaim shop-postgres: only dynamically provisioned pvc can be resized; if it can grow: kubectl patch storageclass $(kubectl -n shops get pvc shop-postgres -o jsonpath='{.spec.storageClassName}') -p '{"allowVolumeExpansion":true}'"#);
}

#[test]
fn a_failed_migration_names_its_logs_and_how_to_try_again() {
    let state = Some(JobState::Failed { message: "BackoffLimitExceeded: gave up".to_owned() });
    let facts = Facts { migrations: vec![migration(state)], stage: Some(Step::Migrations), ..fine() };
    assert_snapshot!(all_said(&facts), @r"
        Ready=false ComponentsNotReady: waiting for migrations: kubectl -n shops get pods -l app.kubernetes.io/instance=shop
        Progressing=false Blocked: stopped until condition Degraded (MigrationFailed) is mended
        Degraded=true MigrationFailed: the migration of orders failed (BackoffLimitExceeded: gave up): kubectl -n shops logs job/shop-migrate-orders-1a2b; to try again: kubectl -n shops delete job shop-migrate-orders-1a2b
        DatabaseReady=true Available: Postgres is up
        MessagingReady=true Available: RabbitMQ is up (1/1 nodes)
        MigrationsApplied=false MigrationFailed: the migration of orders failed (BackoffLimitExceeded: gave up): kubectl -n shops logs job/shop-migrate-orders-1a2b; to try again: kubectl -n shops delete job shop-migrate-orders-1a2b
        ");
}

#[test]
fn a_migration_that_never_starts_is_told_as_one_that_failed() {
    let migrating = migration(Some(JobState::Running));
    let trouble = Trouble {
        workload: migrating.job.clone(),
        message: "pod shop-migrate-orders-1a2b-x can't pull image shop:9: kubectl".to_owned(),
    };
    let stage = Some(Step::Migrations);
    let facts = Facts { migrations: vec![migrating], troubles: vec![trouble], stage, ..fine() };
    assert_snapshot!(said(ConditionType::Degraded, &facts), @"Degraded=true MigrationFailed: migrating orders: pod shop-migrate-orders-1a2b-x can't pull image shop:9: kubectl");
}

#[test]
fn a_paused_stack_says_how_it_is_resumed() {
    assert_snapshot!(said(ConditionType::Progressing, &Facts { paused: true, ..fine() }), @r#"Progressing=false Paused: nothing is changed while spec.operation.paused is true: kubectl -n shops patch ecommercestack shop --type merge -p '{"spec":{"operation":{"paused":false}}}'"#);
}

#[test]
fn an_unchanged_condition_keeps_its_time_and_a_changed_one_is_a_transition() {
    let (early, late) = (Timestamp::from_second(1000).unwrap(), Timestamp::from_second(2000).unwrap());
    let before = assemble(&fine(), &EcommerceStackStatus::default(), 1, early);
    let first: Vec<_> = transitions(&[], &before.conditions).iter().map(|one| one.kind).collect();
    assert_eq!(first.len(), ConditionType::ALL.len() - 1);
    assert!(!first.contains(&ConditionType::Degraded), "that nothing is wrong with something new is no news");
    assert_eq!(assemble(&fine(), &before, 1, late), before);

    let facts =
        Facts { database: Server { workload: "shop-postgres".to_owned(), pods: pods(0, 1) }, ..fine() };
    let after = assemble(&facts, &before, 1, late);

    let changed: Vec<String> =
        transitions(&before.conditions, &after.conditions).iter().map(|one| one.kind.to_string()).collect();
    assert_eq!(changed, ["Ready", "DatabaseReady"]);
    for (was, is) in before.conditions.iter().zip(&after.conditions) {
        let moved = changed.contains(&is.type_);
        assert_eq!(is.last_transition_time.0 == late, moved, "{}", is.type_);
        assert_eq!(is.last_transition_time == was.last_transition_time, !moved, "{}", is.type_);
    }
}
