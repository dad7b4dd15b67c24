//! Where the databases live: what `validate` parses `spec.database` into. The settings of every mode are kept, for data that moves
//! needs those of two.

use operator_api::{BackupMethod, DatabaseMode};
use serde_json::{Map, Value};

use crate::plan::{Server, Volume};

#[derive(Clone, Debug)]
pub struct DatabasePlan {
    /// The one that is asked for; the data may still be in another.
    pub mode: DatabaseMode,
    pub(crate) embedded: Embedded,
    pub(crate) cloud_native_pg: CloudNativePg,
    pub external: Option<External>,
    /// What the databases of a new stack begin with.
    pub(crate) restore: Option<Restore>,
}

/// One Postgres pod of the stack's own.
#[derive(Clone, Debug)]
pub(crate) struct Embedded {
    pub server: Server,
    pub dumps: Option<Dumps>,
}

/// Dumps of every database at set times.
#[derive(Clone, Debug)]
pub(crate) struct Dumps {
    pub schedule: String,
    pub keep: u32,
    pub volume: Volume,
    pub store: Option<Store>,
}

/// A bucket with dumps.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub endpoint: String,
    pub bucket: String,
    pub region: String,
    pub secret: String,
}

/// A dump that a new stack begins with.
#[derive(Clone, Debug)]
pub(crate) struct Restore {
    /// The volume with the dumps; None: the bucket.
    pub volume: Option<String>,
    pub store: Option<Store>,
    /// The stack whose dumps they are.
    pub stack: String,
    /// None: the newest.
    pub dump: Option<String>,
}

/// A `Cluster` and what belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct CloudNativePg {
    pub instances: u32,
    pub volume: Volume,
    pub image: Option<String>,
    pub pooler: bool,
    pub backup: Option<(String, BackupMethod)>,
    /// Merged over the spec of the Cluster.
    pub overrides: Map<String, Value>,
}

/// The Secrets that tell where somebody else's server is.
#[derive(Clone, Debug)]
pub struct External {
    pub(crate) secret: String,
    /// None: whoever runs it has made roles and databases.
    pub(crate) admin_secret: Option<String>,
}

impl External {
    /// The Secret that says where the server is.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}
