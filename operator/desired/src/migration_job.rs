//! The Jobs that change one database: before the pods of its service to what they need, and after them by what only older
//! pods used.

use contracts::Role;
use contracts::identity::Part;
use serde_json::{Value, json};

use crate::pod::{self, SHOP_UID};
use crate::resources::Demand;
use crate::{
    Component, Inputs, Manifest, ServicePlan, ValidatedStack, database, hash, image, metadata, names,
};

/// Named after its own content: a Job can't be changed, and the finished one is the record that this work is done. So
/// it has no time to live; the next version's Job replaces it, and to delete a failed one is to try again.
pub fn migration_job(
    stack: &ValidatedStack,
    inputs: &Inputs,
    service: &ServicePlan,
    secret: &Manifest,
) -> Manifest {
    let component = Component::Migration(service.role);
    let spec = job_spec(stack, inputs, service, component, &["migrate", service.role.name()]);
    let name = names::migration(stack, service.role, &hash::short(&[&spec, secret.data()]));
    Manifest::new("Job", stack, component, name, json!({ "spec": spec }))
}

/// `None`: the release of the service has nothing to remove.
pub fn contract_job(
    stack: &ValidatedStack,
    inputs: &Inputs,
    service: &ServicePlan,
    secret: &Manifest,
) -> Option<Manifest> {
    let role = service.role;
    let release = image::release(&image_of(stack, inputs, service));
    inputs.contracts.get(&role).filter(|since| !image::is_before(&release, since))?;
    let component = Component::Contract(role);
    let spec = job_spec(stack, inputs, service, component, &["migrate", role.name(), "--contract"]);
    let name = names::contract(stack, role, &hash::short(&[&spec, secret.data()]));
    Some(Manifest::new("Job", stack, component, name, json!({ "spec": spec })))
}

fn job_spec(
    stack: &ValidatedStack,
    inputs: &Inputs,
    service: &ServicePlan,
    component: Component,
    command: &[&str],
) -> Value {
    json!({
        "backoffLimit": 6,
        "activeDeadlineSeconds": 1800,
        "template": {
            "metadata": { "labels": metadata::pod_labels(stack, component) },
            "spec": pod_spec(stack, inputs, service, command),
        },
    })
}

fn pod_spec(stack: &ValidatedStack, inputs: &Inputs, service: &ServicePlan, command: &[&str]) -> Value {
    let role = service.role;
    let image = image_of(stack, inputs, service);
    let mut container = pod::container(stack, "migrate", &image, Demand::of_a_migration());
    let command: Vec<&str> = ["/shop"].iter().chain(command).copied().collect();
    container["command"] = json!(command);
    let mut environment = vec![json!({ "name": "LOG_FORMAT", "value": "json" })];
    if stack.mtls {
        environment.push(json!({ "name": "TLS_DIR", "value": pod::TLS_DIR }));
    }
    container["env"] = json!(environment);
    container["envFrom"] = json!([{ "secretRef": { "name": names::service(stack, role) } }]);

    let mut spec = pod::spec(stack, &names::service(stack, role), SHOP_UID, &container);
    // A new pod for each attempt, so that the logs of every one remain.
    spec["restartPolicy"] = json!("Never");
    pod::mount_certificate(stack, &mut spec, Part::Role(role));
    database::trust(stack, inputs, &mut spec);
    spec
}

fn image_of(stack: &ValidatedStack, inputs: &Inputs, service: &ServicePlan) -> String {
    service.image.clone().unwrap_or_else(|| stack.image(&inputs.images))
}

pub fn is_needed(role: Role) -> bool {
    role.spec().owns_database
}
