//! A cluster of CloudNativePG's: what that operator is asked for, and where services find what it makes of it.
//!
//! Services go to the primary through PgBouncer, which lends a connection for a transaction at a time, so that many pods need few
//! connections. What outlives a transaction (LISTEN, locks of a session, migrations) goes past it to the primary itself:
//! docs/adr/0027-who-may-share-a-connection.md.

mod backup;
mod cluster;
mod pooler;
mod roles;

use contracts::Role;
use serde_json::Value;

use super::address::{Address, SslMode};
use super::owners;
use crate::ports::POSTGRES;
use crate::{Inputs, Manifest, RootSecret, ValidatedStack, names};

/// The kinds that it takes, all of them of CloudNativePG's.
pub fn kinds(stack: &ValidatedStack) -> Vec<&'static str> {
    let plan = &stack.database.cloud_native_pg;
    let mut kinds = vec!["Cluster", "DatabaseRole", "Database"];
    kinds.extend(plan.pooler.then_some("Pooler"));
    kinds.extend(plan.backup.as_ref().map(|_| "ScheduledBackup"));
    kinds
}

/// The roles' passwords.
pub fn secrets(stack: &ValidatedStack, root: &RootSecret) -> Vec<Manifest> {
    owners().map(|role| roles::secret(stack, root, role)).collect()
}

pub fn infrastructure(stack: &ValidatedStack, _: &Inputs) -> Vec<Manifest> {
    let mut all = vec![cluster::cluster(stack)];
    for role in owners() {
        all.push(roles::role(stack, role));
        all.push(roles::database(stack, role));
    }
    all.extend(pooler::pooler(stack));
    all.extend(backup::scheduled(stack));
    all
}

pub fn address(stack: &ValidatedStack) -> Address {
    let plan = &stack.database.cloud_native_pg;
    let cluster = names::cluster(stack);
    let primary = format!("{cluster}-rw");
    Address {
        host: if plan.pooler { names::pooler(stack) } else { primary.clone() },
        port: POSTGRES,
        session_host: plan.pooler.then_some(primary),
        read_host: (plan.instances > 1).then(|| format!("{cluster}-ro")),
        ssl: SslMode::VerifyFull,
        authority: Some(format!("{cluster}-ca")),
        asks_certificate: false,
    }
}

/// How objects of CloudNativePG's name the cluster that they belong to.
fn belonging(stack: &ValidatedStack) -> Value {
    serde_json::json!({ "name": names::cluster(stack) })
}

/// What a role's own objects are called.
fn name(stack: &ValidatedStack, role: Role) -> String {
    names::cluster_role(stack, role)
}
