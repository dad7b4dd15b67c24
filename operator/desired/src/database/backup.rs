//! Dumps of an embedded database at set times: into a volume that outlives the stack, or through it into a bucket.

use operator_api::DatabaseMode;
use serde_json::{Value, json};

use super::errand::Errand;
use super::{Dumps, Store};
use crate::manifest::Component::Backup;
use crate::pod;
use crate::resources::Demand;
use crate::{Inputs, Manifest, ValidatedStack, metadata, names, volume};

/// Where pods find the volume with the dumps; below it there is a directory per stack, and in it one per dump.
pub const VOLUME_DIR: &str = "/backups";
const STORE_CA_DIR: &str = "/etc/ecommercestack/store-ca";

fn dumps<'a>(stack: &'a ValidatedStack, inputs: &Inputs) -> Option<&'a Dumps> {
    let embedded = inputs.database.state.home(stack.database.mode) == DatabaseMode::Embedded;
    stack.database.embedded.dumps.as_ref().filter(|_| embedded)
}

fn errand<'a>(stack: &'a ValidatedStack, inputs: &'a Inputs) -> Errand<'a> {
    Errand {
        stack,
        inputs,
        component: Backup,
        name: "backup",
        script: include_str!("backup/dump.sh"),
        databases: &[("", DatabaseMode::Embedded)],
    }
}

pub fn configuration(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    dumps(stack, inputs).map(|_| errand(stack, inputs).configuration(Vec::new())).unwrap_or_default()
}

pub fn manifests(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    let Some(dumps) = dumps(stack, inputs) else { return Vec::new() };
    // It survives the stack whatever its deletion policy: a backup that goes with what it is a backup of is none.
    let volume = volume::volume(stack, Backup, names::backups(stack), &dumps.volume).without_owner();
    vec![volume, cron_job(stack, inputs, dumps)]
}

fn cron_job(stack: &ValidatedStack, inputs: &Inputs, dumps: &Dumps) -> Manifest {
    let errand = errand(stack, inputs);
    let labels = metadata::labels(stack, Backup);
    let content = json!({
        "spec": {
            "schedule": dumps.schedule,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            // After an outage of the cluster's own, one is made late rather than not at all.
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 1,
            "jobTemplate": {
                "metadata": { "labels": labels },
                "spec": {
                    "backoffLimit": 2,
                    "activeDeadlineSeconds": 21_600,
                    "template": { "metadata": { "labels": labels }, "spec": pod_spec(&errand, dumps) },
                },
            },
        },
    });
    Manifest::new("CronJob", stack, Backup, errand.object_name(), content)
}

fn pod_spec(errand: &Errand<'_>, dumps: &Dumps) -> Value {
    let (stack, inputs) = (errand.stack, errand.inputs);
    // With a bucket, the volume holds the one that is on its way.
    let keep = if dumps.store.is_some() { 1 } else { dumps.keep };
    let container =
        errand.container(&[("DUMPS", format!("{VOLUME_DIR}/{}", stack.name)), ("KEEP", keep.to_string())]);
    let mut spec = errand.pod_spec(&container);
    let claim = json!({ "name": "dumps", "persistentVolumeClaim": { "claimName": names::backups(stack) } });
    pod::push(&mut spec["volumes"], claim);
    pod::push(
        &mut spec["containers"][0]["volumeMounts"],
        json!({ "name": "dumps", "mountPath": VOLUME_DIR }),
    );
    if let Some(store) = &dumps.store {
        let keep = dumps.keep.to_string();
        let command = ["/shop", "backup", "upload", "--stack", &stack.name, "--keep", &keep];
        let upload = store_container(stack, inputs, &mut spec, store, "upload", &command);
        // First the dump, as an init container, and then what sends it away.
        spec["initContainers"] = spec["containers"].take();
        spec["containers"] = json!([upload]);
    }
    spec
}

/// A container of the shop's own image that talks to a bucket. Dumps are below [`VOLUME_DIR`].
pub fn store_container(
    stack: &ValidatedStack,
    inputs: &Inputs,
    spec: &mut Value,
    store: &Store,
    name: &str,
    command: &[&str],
) -> Value {
    let mut container = pod::container(stack, name, &stack.image(&inputs.images), Demand::of_an_errand());
    let mut command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
    for (option, value) in [
        ("--dir", VOLUME_DIR),
        ("--endpoint", &store.endpoint),
        ("--bucket", &store.bucket),
        ("--region", &store.region),
        ("--ca-file", &format!("{STORE_CA_DIR}/ca.crt")),
    ] {
        command.extend([option.to_owned(), value.to_owned()]);
    }
    let of_secret = |key: &str| json!({ "secretKeyRef": { "name": store.secret, "key": key } });
    container["command"] = json!(command);
    container["env"] = json!([
        { "name": "LOG_FORMAT", "value": "json" },
        { "name": "S3_ACCESS_KEY_ID", "valueFrom": of_secret("accessKeyId") },
        { "name": "S3_SECRET_ACCESS_KEY", "valueFrom": of_secret("secretAccessKey") },
    ]);
    container["volumeMounts"] = json!([
        { "name": "dumps", "mountPath": VOLUME_DIR },
        { "name": "store-ca", "mountPath": STORE_CA_DIR, "readOnly": true },
    ]);
    // Most stores are vouched for by a public authority, and have no such key.
    let source = json!({
        "secretName": store.secret,
        "defaultMode": 0o440,
        "items": [{ "key": "ca.crt", "path": "ca.crt" }],
        "optional": true,
    });
    pod::push(&mut spec["volumes"], json!({ "name": "store-ca", "secret": source }));
    container
}
