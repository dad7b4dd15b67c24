//! The embedded Postgres: one pod, one volume, a role and a database per service.

mod config_map;
mod roles;
mod stateful_set;

use contracts::Role;
use serde_json::json;

use crate::configuration::{secret, service_account};
use crate::manifest::Component::Database;
use crate::plan::ValidatedStack;
use crate::{Inputs, Manifest, RootSecret, metadata, names, pod};

/// Roles with a database, whether or not they run: to disable one must neither restart Postgres nor lose data.
fn owners() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| role.spec().owns_database)
}

/// What the pod reads, and its account.
pub fn configuration(stack: &ValidatedStack, root: &RootSecret) -> [Manifest; 3] {
    let name = || names::postgres(stack);
    [
        service_account(stack, Database, name()),
        config_map::config_map(stack),
        secret(stack, Database, name(), [("roles.sql", roles::script(root))]),
    ]
}

pub fn infrastructure(stack: &ValidatedStack, inputs: &Inputs) -> [Manifest; 3] {
    let [_, config, roles] = configuration(stack, &inputs.root);
    [volume(stack), service(stack), stateful_set::stateful_set(stack, inputs, &config, &roles)]
}

fn service(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "selector": metadata::selector(stack, Database),
            "ports": [pod::service_port("postgres", 5432)],
        },
    });
    Manifest::new("Service", stack, Database, names::postgres(stack), content)
}

fn volume(stack: &ValidatedStack) -> Manifest {
    crate::volume::volume(stack, Database, names::postgres(stack), &stack.postgres.volume)
}
