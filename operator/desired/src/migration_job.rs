//! The Job that brings one database to the schema of its service's image.

use contracts::Role;
use serde_json::json;

use crate::pod::{self, SHOP_UID};
use crate::resources::Demand;
use crate::{Component, Inputs, Manifest, ServicePlan, ValidatedStack, database, hash, metadata, names};

/// Named after its own content: a Job can't be changed, and the finished one is the record that this work is done. So
/// it has no time to live; the next version's Job replaces it, and to delete a failed one is to try again.
pub fn migration_job(
    stack: &ValidatedStack,
    inputs: &Inputs,
    service: &ServicePlan,
    secret: &Manifest,
) -> Manifest {
    let role = service.role;
    let component = Component::Migration(role);
    let spec = json!({
        "backoffLimit": 6,
        "activeDeadlineSeconds": 1800,
        "template": {
            "metadata": { "labels": metadata::pod_labels(stack, component) },
            "spec": pod_spec(stack, inputs, service),
        },
    });
    let name = names::migration(stack, role, &hash::short(&[&spec, secret.data()]));
    Manifest::new("Job", stack, component, name, json!({ "spec": spec }))
}

fn pod_spec(stack: &ValidatedStack, inputs: &Inputs, service: &ServicePlan) -> serde_json::Value {
    let role = service.role;
    let image = service.image.as_ref().unwrap_or(&inputs.images.shop);
    let mut container = pod::container(stack, "migrate", image, Demand::of_a_migration());
    container["command"] = json!(["/shop", "migrate", role.name()]);
    container["env"] = json!([{ "name": "LOG_FORMAT", "value": "json" }]);
    container["envFrom"] = json!([{ "secretRef": { "name": names::service(stack, role) } }]);

    let mut spec = pod::spec(stack, &names::service(stack, role), SHOP_UID, &container);
    // A new pod for each attempt, so that the logs of every one remain.
    spec["restartPolicy"] = json!("Never");
    database::trust(stack, inputs, &mut spec);
    spec
}

pub fn is_needed(role: Role) -> bool {
    role.spec().owns_database
}
