//! The embedded Postgres: one pod, one volume, a role and a database per service.

mod config_map;
mod roles;
mod stateful_set;

use serde_json::json;

use super::Address;
use super::address::SslMode;
use crate::configuration::{secret, service_account};
use crate::manifest::Component::Database;
use crate::ports::POSTGRES;
use crate::{Inputs, Manifest, RootSecret, ValidatedStack, metadata, names, pod};

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

/// With mTLS, both sides show a certificate of the stack's own authority.
pub fn address(stack: &ValidatedStack) -> Address {
    Address {
        host: names::postgres(stack),
        port: POSTGRES,
        session_host: None,
        read_host: None,
        ssl: if stack.mtls { SslMode::VerifyFull } else { SslMode::Disable },
        authority: None,
        asks_certificate: stack.mtls,
    }
}

fn service(stack: &ValidatedStack) -> Manifest {
    let content = json!({
        "spec": {
            "selector": metadata::selector(stack, Database),
            "ports": [pod::service_port("postgres", POSTGRES)],
        },
    });
    Manifest::new("Service", stack, Database, names::postgres(stack), content)
}

fn volume(stack: &ValidatedStack) -> Manifest {
    let volume = &stack.database.embedded.server.volume;
    crate::volume::volume(stack, Database, names::postgres(stack), volume)
}
