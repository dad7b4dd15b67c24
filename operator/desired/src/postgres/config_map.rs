//! Configuration and the script that starts the server.

use serde_json::json;

use super::owners;
use crate::configuration;
use crate::manifest::Component::Database;
use crate::{Manifest, ValidatedStack, names, profile};

/// For people with `kubectl exec`, and Postgres' own reserve.
const CONNECTIONS_BESIDE: u32 = 10;

pub fn config_map(stack: &ValidatedStack) -> Manifest {
    let each = profile::connections_per_service(stack.profile);
    let connections = owners().map(|_| each).sum::<u32>() + CONNECTIONS_BESIDE;
    let files = json!({
        "start.sh": include_str!("start.sh"),
        "postgresql.conf": format!("{}max_connections = {connections}\n", include_str!("postgresql.conf")),
        "pg_hba.conf": include_str!("pg_hba.conf"),
    });
    configuration::config_map(stack, Database, names::postgres(stack), &files)
}
