//! The Job that fills the databases of a new stack from a dump. Never once there is data: the script looks, and from the first time
//! that the databases are ready it is not part of the stack any more.

use operator_api::DatabaseMode;
use serde_json::{Value, json};

use super::backup::{self, VOLUME_DIR};
use super::errand::{Errand, job_of};
use super::{Restore, Store};
use crate::{Component, Inputs, Manifest, ValidatedStack, pod};

pub fn configuration(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    let due = due(stack, inputs);
    due.map(|_| with_errand(stack, inputs, |errand| errand.configuration(Vec::new()))).unwrap_or_default()
}

pub fn job(stack: &ValidatedStack, inputs: &Inputs) -> Option<Manifest> {
    let restore = due(stack, inputs)?;
    Some(with_errand(stack, inputs, |errand| {
        let container = errand.container(&[
            ("DUMPS", format!("{VOLUME_DIR}/{}", restore.stack)),
            ("DUMP", restore.dump.clone().unwrap_or_default()),
        ]);
        let mut spec = errand.pod_spec(&container);
        mount_dumps(stack, inputs, &mut spec, restore);
        let configuration = errand.configuration(Vec::new());
        job_of(stack, Component::Setup, errand.name, &spec, &configuration.iter().collect::<Vec<_>>())
    }))
}

fn due<'a>(stack: &'a ValidatedStack, inputs: &Inputs) -> Option<&'a Restore> {
    stack.database.restore.as_ref().filter(|_| inputs.database.state.home.is_none())
}

fn with_errand<T>(stack: &ValidatedStack, inputs: &Inputs, act: impl FnOnce(&Errand<'_>) -> T) -> T {
    let databases: [(&'static str, DatabaseMode); 1] = [("", stack.database.mode)];
    act(&Errand {
        stack,
        inputs,
        component: Component::Setup,
        name: "restore",
        script: include_str!("restore/restore.sh"),
        databases: &databases,
    })
}

fn mount_dumps(stack: &ValidatedStack, inputs: &Inputs, spec: &mut Value, restore: &Restore) {
    let source = match &restore.volume {
        Some(claim) => json!({ "name": "dumps", "persistentVolumeClaim": { "claimName": claim } }),
        None => json!({ "name": "dumps", "emptyDir": {} }),
    };
    pod::push(&mut spec["volumes"], source);
    let mount = json!({ "name": "dumps", "mountPath": VOLUME_DIR });
    pod::push(&mut spec["containers"][0]["volumeMounts"], mount);
    if let Some(store) = &restore.store {
        let fetch = fetch(stack, inputs, spec, restore, store);
        spec["initContainers"] = json!([fetch]);
    }
}

fn fetch(
    stack: &ValidatedStack,
    inputs: &Inputs,
    spec: &mut Value,
    restore: &Restore,
    store: &Store,
) -> Value {
    let mut command = vec!["/shop", "backup", "download", "--stack", &restore.stack];
    if let Some(dump) = &restore.dump {
        command.extend(["--dump", dump.as_str()]);
    }
    backup::store_container(stack, inputs, spec, store, "fetch", &command)
}
