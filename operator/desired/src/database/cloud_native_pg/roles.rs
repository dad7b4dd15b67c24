//! A role and a database per service.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::Role;
use serde_json::json;

use super::{belonging, name};
use crate::manifest::Component::Database;
use crate::{Manifest, RootSecret, ValidatedStack};

/// Of one role, through PgBouncer and past it: 40 that are lent out, and a listener and a lock of each of some pods.
pub const CONNECTIONS: u32 = 80;

/// Of the type that CloudNativePG reads, and labelled so that it follows a change.
pub fn secret(stack: &ValidatedStack, root: &RootSecret, role: Role) -> Manifest {
    let encoded = |text: &str| BASE64_STANDARD.encode(text);
    let content = json!({
        "type": "kubernetes.io/basic-auth",
        "data": { "username": encoded(role.name()), "password": encoded(&root.postgres_password(role)) },
    });
    Manifest::new("Secret", stack, Database, name(stack, role), content).with_label("cnpg.io/reload", "true")
}

pub fn role(stack: &ValidatedStack, role: Role) -> Manifest {
    let content = json!({
        "spec": {
            "cluster": belonging(stack),
            "name": role.name(),
            "login": true,
            "connectionLimit": CONNECTIONS,
            "passwordSecret": { "name": name(stack, role) },
            // A stack that is deleted keeps its data, unless it is told otherwise for all of it.
            "databaseRoleReclaimPolicy": "retain",
        },
    });
    Manifest::new("DatabaseRole", stack, Database, name(stack, role), content)
}

pub fn database(stack: &ValidatedStack, role: Role) -> Manifest {
    let content = json!({
        "spec": {
            "cluster": belonging(stack),
            "name": role.name(),
            "owner": role.name(),
            "databaseReclaimPolicy": "retain",
        },
    });
    Manifest::new("Database", stack, Database, name(stack, role), content)
}
