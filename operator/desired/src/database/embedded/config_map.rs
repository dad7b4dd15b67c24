//! Configuration and the script that starts the server.

use serde_json::json;

use crate::configuration;
use crate::database::owners;
use crate::manifest::Component::Database;
use crate::{Manifest, ValidatedStack, names, profile};

/// For people with `kubectl exec`, and Postgres' own reserve.
const CONNECTIONS_BESIDE: u32 = 10;

pub fn config_map(stack: &ValidatedStack) -> Manifest {
    let each = profile::connections_per_service(stack.profile);
    let connections = owners().map(|_| each).sum::<u32>() + CONNECTIONS_BESIDE;
    let tls = if stack.mtls { include_str!("tls.conf") } else { "" };
    let files = json!({
        "start.sh": include_str!("start.sh"),
        "postgresql.conf": format!("{}{tls}max_connections = {connections}\n", include_str!("postgresql.conf")),
        "pg_hba.conf": if stack.mtls { include_str!("pg_hba.tls.conf") } else { include_str!("pg_hba.plain.conf") },
    });
    configuration::config_map(stack, Database, names::postgres(stack), &files)
}
