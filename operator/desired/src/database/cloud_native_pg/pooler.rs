//! PgBouncer between the services and the primary.

use serde_json::json;

use super::belonging;
use crate::manifest::Component::Database;
use crate::{Manifest, ValidatedStack, names};

/// Connections to the primary for one role, per pod of PgBouncer; two pods stay below what the role may have.
const LENT: u32 = 20;

pub fn pooler(stack: &ValidatedStack) -> Option<Manifest> {
    let plan = &stack.database.cloud_native_pg;
    let content = json!({
        "spec": {
            "cluster": belonging(stack),
            "type": "rw",
            "instances": plan.instances.min(2),
            "pgbouncer": {
                "poolMode": "transaction",
                "parameters": {
                    "max_client_conn": "1000",
                    "default_pool_size": LENT.to_string(),
                    // Statements that a client has prepared are known on whichever connection it is lent next.
                    "max_prepared_statements": "200",
                },
            },
        },
    });
    plan.pooler.then(|| Manifest::new("Pooler", stack, Database, names::pooler(stack), content))
}
