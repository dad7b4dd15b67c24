//! Where the databases live, and their dumps.

use operator_api::{Backup, CloudNativePg, Database, DatabaseMode, RestoreFrom, S3};

use super::servers::{server, volume};
use super::{Findings, images};
use crate::database::{self, DatabasePlan, Dumps, Embedded, External, Restore, Store};
use crate::names;

const PATH: &str = "spec.database";

/// `stack` is its name.
pub fn plan(database: &Database, stack: &str, findings: &mut Findings) -> DatabasePlan {
    let external = database.external.as_ref().map(|external| External {
        secret: object(&external.secret_name.0, &format!("{PATH}.external.secretName"), findings),
        admin_secret: external
            .admin_secret_name
            .as_ref()
            .map(|name| object(&name.0, &format!("{PATH}.external.adminSecretName"), findings)),
    });
    if database.mode == DatabaseMode::External && external.is_none() {
        findings.add(&format!("{PATH}.external"), "mode External needs external.secretName: add it");
    }
    DatabasePlan {
        mode: database.mode,
        embedded: embedded(database, findings),
        cloud_native_pg: cloud_native_pg(&database.cloud_native_pg, findings),
        external,
        restore: database.restore_from.as_ref().map(|from| restore(from, database.mode, stack, findings)),
    }
}

fn embedded(database: &Database, findings: &mut Findings) -> Embedded {
    let embedded = &database.embedded;
    let path = format!("{PATH}.embedded");
    images::check(embedded.image.as_ref(), &format!("{path}.image"), findings);
    Embedded {
        server: server(embedded.version.name(), embedded.image.as_ref(), &embedded.storage, &path, findings),
        dumps: embedded.backup.as_ref().map(|backup| dumps(backup, &format!("{path}.backup"), findings)),
    }
}

fn dumps(backup: &Backup, path: &str, findings: &mut Findings) -> Dumps {
    Dumps {
        schedule: schedule(&backup.schedule.0, &format!("{path}.schedule"), findings),
        keep: findings.below(path).number("keep", backup.keep, 1, 365),
        volume: volume(&backup.storage, path, findings),
        store: backup.s3.as_ref().map(|s3| store(s3, &format!("{path}.s3"), findings)),
    }
}

fn store(s3: &S3, path: &str, findings: &mut Findings) -> Store {
    let bucket = |text: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        (2..=63).contains(&text.len()) && text.chars().all(inside)
    };
    for (field, name) in [("bucket", &s3.bucket.0), ("region", &s3.region.0)] {
        if !bucket(name) {
            let message =
                format!("`{name}` is no bucket or region: write small letters, digits, dashes and dots");
            findings.add(&format!("{path}.{field}"), message);
        }
    }
    if !(s3.endpoint.0.starts_with("https://") || s3.endpoint.0.starts_with("http://")) {
        findings.add(&format!("{path}.endpoint"), "must begin with https:// or http://: correct it");
    }
    Store {
        endpoint: s3.endpoint.0.clone(),
        bucket: s3.bucket.0.clone(),
        region: s3.region.0.clone(),
        secret: object(&s3.secret_name.0, &format!("{path}.secretName"), findings),
    }
}

fn restore(from: &RestoreFrom, mode: DatabaseMode, stack: &str, findings: &mut Findings) -> Restore {
    let path = format!("{PATH}.restoreFrom");
    if from.volume_claim.is_some() == from.s3.is_some() {
        findings.add(&path, "a dump comes from a volume or from a bucket: keep one of the two");
    }
    if mode != DatabaseMode::Embedded {
        let message =
            format!("{} restores its own backups: begin Embedded and move, or remove it", mode.name());
        findings.add(&path, message);
    }
    if let Some(dump) = from.dump.as_ref().filter(|dump| !is_file_name(&dump.0)) {
        findings.add(
            &format!("{path}.dump"),
            format!("`{}` is no name of a dump: write it as in 20260131T030000Z", dump.0),
        );
    }
    Restore {
        volume: from
            .volume_claim
            .as_ref()
            .map(|name| object(&name.0, &format!("{path}.volumeClaim"), findings)),
        store: from.s3.as_ref().map(|s3| store(s3, &format!("{path}.s3"), findings)),
        stack: from
            .stack
            .as_ref()
            .map_or_else(|| stack.to_owned(), |name| object(&name.0, &format!("{path}.stack"), findings)),
        dump: from.dump.as_ref().map(|dump| dump.0.clone()),
    }
}

fn is_file_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn cloud_native_pg(settings: &CloudNativePg, findings: &mut Findings) -> database::CloudNativePg {
    let path = format!("{PATH}.cloudNativePG");
    images::check(settings.image.as_ref(), &format!("{path}.image"), findings);
    database::CloudNativePg {
        instances: findings.below(&path).number("instances", settings.instances, 1, 9),
        volume: volume(&settings.storage, &path, findings),
        image: settings.image.as_ref().map(|image| image.0.clone()),
        pooler: settings.pooler,
        backup: settings.backup.as_ref().map(|backup| {
            (schedule(&backup.schedule.0, &format!("{path}.backup.schedule"), findings), backup.method)
        }),
        overrides: settings.overrides.0.clone(),
    }
}

/// Whether the numbers are in their ranges is for the API server to say, which reads them again.
fn schedule(text: &str, path: &str, findings: &mut Findings) -> String {
    let field =
        |field: &str| !field.is_empty() && field.chars().all(|c| c.is_ascii_digit() || "*,-/".contains(c));
    if text.split(' ').count() != 5 || !text.split(' ').all(field) {
        let message = "no schedule: write minute, hour, day of month, month and day of week, as in 0 3 * * *";
        findings.add(path, format!("`{text}` is {message}"));
    }
    text.to_owned()
}

fn object(name: &str, path: &str, findings: &mut Findings) -> String {
    if !names::is_subdomain(name) {
        findings.add(path, format!("`{name}` can't be the name of an object: correct it"));
    }
    name.to_owned()
}
