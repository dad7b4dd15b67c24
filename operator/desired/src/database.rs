//! The services' databases: on a Postgres of the stack's own, in a cluster of CloudNativePG, or on somebody else's server.
//!
//! What follows here is the same in all three: what a role is told, whom it trusts, and the Jobs that dump, restore and move data.

mod address;
mod backup;
mod cloud_native_pg;
mod embedded;
mod errand;
mod external;
mod mover;
mod plan;
mod restore;
mod state;

use contracts::Role;
use operator_api::DatabaseMode;
use serde_json::{Value, json};

use crate::{Inputs, Manifest, Offers, RootSecret, ValidatedStack, names, pod};

pub use address::Address;
pub use external::ExternalServer;
pub(crate) use plan::{CloudNativePg, Dumps, Embedded, Restore, Store};
pub use plan::{DatabasePlan, External};
pub use state::{DatabaseState, Move, Phase};

/// Where services find the certificate of the authority that vouches for a database which is not the stack's own.
const CA_DIR: &str = "/etc/ecommercestack/database-ca";

/// What is known of the databases before anything is built.
#[derive(Clone, Debug, Default)]
pub struct DatabaseInputs {
    pub state: DatabaseState,
    /// Where the data is, or is going to, in mode External.
    pub external: Option<ExternalServer>,
}

/// Roles with a database, whether or not they run: to disable one must neither restart Postgres nor lose data.
pub(crate) fn owners() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| role.spec().owns_database)
}

/// What pods read, and their accounts.
pub fn configuration(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    let mut all = Vec::new();
    for mode in modes(stack, inputs) {
        all.extend(match mode {
            DatabaseMode::Embedded => embedded::configuration(stack, &inputs.root).into(),
            DatabaseMode::CloudNativePG => cloud_native_pg::secrets(stack, &inputs.root),
            DatabaseMode::External => external::configuration(stack, inputs),
        });
    }
    all.extend(backup::configuration(stack, inputs));
    all.extend(restore::configuration(stack, inputs));
    all.extend(mover::configuration(stack, inputs));
    all
}

pub fn infrastructure(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    let mut all = Vec::new();
    for mode in modes(stack, inputs) {
        all.extend(match mode {
            DatabaseMode::Embedded => embedded::infrastructure(stack, inputs).into(),
            DatabaseMode::CloudNativePG => cloud_native_pg::infrastructure(stack, inputs),
            DatabaseMode::External => Vec::new(),
        });
    }
    all.extend(backup::manifests(stack, inputs));
    all
}

/// Jobs without which the databases are not what the services expect.
pub fn setup(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    external::job(stack, inputs)
        .into_iter()
        .chain(restore::job(stack, inputs))
        .chain(mover::job(stack, inputs))
        .collect()
}

/// Where the data is, and where it is going to.
fn modes(stack: &ValidatedStack, inputs: &Inputs) -> Vec<DatabaseMode> {
    inputs.database.state.modes(stack.database.mode)
}

/// The optional kinds that the databases need and this cluster does not know.
pub fn missing_kinds(stack: &ValidatedStack, inputs: &DatabaseInputs, offers: Offers) -> Vec<&'static str> {
    let needed = match inputs.state.modes(stack.database.mode).contains(&DatabaseMode::CloudNativePG) {
        true => cloud_native_pg::kinds(stack),
        false => Vec::new(),
    };
    needed.into_iter().filter(|kind| !offers.has(kind)).collect()
}

/// What a role with a database is told: where it is, and where one that only reads may ask.
pub fn urls(stack: &ValidatedStack, inputs: &Inputs, role: Role) -> Vec<(&'static str, String)> {
    let mode = inputs.database.state.home(stack.database.mode);
    let password = password(stack, inputs, mode, role);
    address(stack, inputs, mode).urls(role, &password)
}

fn address(stack: &ValidatedStack, inputs: &Inputs, mode: DatabaseMode) -> Address {
    match mode {
        DatabaseMode::Embedded => embedded::address(stack),
        DatabaseMode::CloudNativePG => cloud_native_pg::address(stack),
        DatabaseMode::External => external::address(stack, inputs),
    }
}

fn password(stack: &ValidatedStack, inputs: &Inputs, mode: DatabaseMode, role: Role) -> String {
    let given = match mode {
        DatabaseMode::External => external::password(stack, inputs, role),
        DatabaseMode::Embedded | DatabaseMode::CloudNativePG => None,
    };
    given.unwrap_or_else(|| inputs.root.postgres_password(role))
}

/// Lets the first container of a pod trust the database, where it is not the stack's own authority that vouches for it.
pub fn trust(stack: &ValidatedStack, inputs: &Inputs, spec: &mut Value) {
    let mode = inputs.database.state.home(stack.database.mode);
    let Some(secret) = address(stack, inputs, mode).authority else { return };
    errand::mount_authority(spec, "database-ca", CA_DIR, &secret);
    let variable = json!({ "name": "DATABASE_CA_FILE", "value": format!("{CA_DIR}/ca.crt") });
    pod::push(&mut spec["containers"][0]["env"], variable);
}

/// The script that brings roles, passwords and databases to what they should be, whatever they were.
fn roles_script(root: &RootSecret, prologue: &str, statements: impl Fn(&str, &str) -> String) -> String {
    let mut sql = prologue.to_owned();
    for role in owners() {
        sql.push_str(&statements(role.name(), &root.postgres_password(role)));
    }
    sql
}

impl ValidatedStack {
    /// The mode that the spec asks for.
    pub fn database_mode(&self) -> DatabaseMode {
        self.database.mode
    }

    /// Whether data in another mode than this one is to be moved.
    pub fn moves_database(&self) -> bool {
        self.moves_database
    }

    /// The server that the spec names, for mode External.
    pub fn external_database(&self) -> Option<&External> {
        self.database.external.as_ref()
    }

    /// What the pods of the database are made by, in the mode where the data is: the StatefulSet or the Cluster.
    pub fn database_workload(&self, mode: DatabaseMode) -> Option<String> {
        match mode {
            DatabaseMode::Embedded => Some(names::postgres(self)),
            DatabaseMode::CloudNativePG => Some(names::cluster(self)),
            DatabaseMode::External => None,
        }
    }
}
