//! Configuration and the script that starts the server.

use serde_json::json;

use super::owners;
use crate::configuration;
use crate::manifest::Component::Database;
use crate::{Manifest, ValidatedStack, names};

/// Three pods of a service, which is the default maximum, with a pool of eight, a listener and a migration each. Not taken from
/// `scaling`: the setting needs a restart, and scaling must not cause one.
const CONNECTIONS_PER_ROLE: usize = 30;
/// For people with `kubectl exec`, and Postgres' own reserve.
const CONNECTIONS_BESIDE: usize = 10;

pub fn config_map(stack: &ValidatedStack) -> Manifest {
    let connections = owners().count() * CONNECTIONS_PER_ROLE + CONNECTIONS_BESIDE;
    let files = json!({
        "start.sh": include_str!("start.sh"),
        "postgresql.conf": format!("{}max_connections = {connections}\n", include_str!("postgresql.conf")),
        "pg_hba.conf": include_str!("pg_hba.conf"),
    });
    configuration::config_map(stack, Database, names::postgres(stack), &files)
}
