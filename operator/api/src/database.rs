//! Where the services' databases live.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Backup, Cron, Image, ObjectName, Overrides, RestoreFrom, Storage};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.mode != 'External' || has(self.external)")
        .message("mode External needs external.secretName: add it, or choose another mode")
        .field_path(".external"),
    validation = Rule::new("has(self.restoreFrom) == has(oldSelf.restoreFrom) && (!has(self.restoreFrom) || self.restoreFrom == oldSelf.restoreFrom)")
        .message("a restore happens when a stack is created and never after: put the old value back, or create another stack")
        .field_path(".restoreFrom")
)]
pub struct Database {
    /// Embedded: one Postgres pod of the stack's own, without failover, and with connections for 20 pods of services in all.
    /// CloudNativePG: a Cluster of that operator's, with failover. External: a server that somebody else runs.
    #[serde(default)]
    pub mode: DatabaseMode,
    /// Settings of mode Embedded.
    #[serde(default)]
    pub embedded: EmbeddedDatabase,
    /// Settings of mode CloudNativePG.
    #[serde(default, rename = "cloudNativePG")]
    pub cloud_native_pg: CloudNativePg,
    /// Settings of mode External; also needed while data moves away from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalDatabase>,
    /// A dump of an embedded database that the databases begin with; only at the creation of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_from: Option<RestoreFrom>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum DatabaseMode {
    #[default]
    Embedded,
    CloudNativePG,
    External,
}

impl DatabaseMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "Embedded",
            Self::CloudNativePG => "CloudNativePG",
            Self::External => "External",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmbeddedDatabase {
    /// Where the data is.
    #[serde(default)]
    pub storage: Storage,
    /// Postgres' major version; the image must hold its binaries.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("the major version can't change in place: put the old value back"))]
    #[serde(default)]
    pub version: PostgresVersion,
    /// Image with Postgres in /usr/lib/postgresql; the operator's default when left out. Another minor version is a restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Dumps of every database at set times; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<Backup>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PostgresVersion {
    #[default]
    #[serde(rename = "17")]
    V17,
}

impl PostgresVersion {
    pub fn name(self) -> &'static str {
        match self {
            Self::V17 => "17",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct CloudNativePg {
    /// Servers, of which one is the primary.
    #[schemars(range(min = 1, max = 9))]
    pub instances: i32,
    /// Where each keeps its data.
    pub storage: Storage,
    /// Image of the servers; the choice of CloudNativePG when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// PgBouncer between the services and the primary.
    pub pooler: bool,
    /// Scheduled backups; where they go is part of `overrides` (`backup` or `plugins` of the Cluster).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<ClusterBackup>,
    /// Fields of the Cluster's spec, merged over what the operator writes.
    pub overrides: Overrides,
}

impl Default for CloudNativePg {
    fn default() -> Self {
        Self {
            instances: 3,
            storage: Storage::default(),
            image: None,
            pooler: true,
            backup: None,
            overrides: Overrides::default(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ClusterBackup {
    /// When, in UTC: minute, hour, day of month, month, day of week.
    pub schedule: Cron,
    /// How.
    #[serde(default)]
    pub method: BackupMethod,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum BackupMethod {
    #[default]
    VolumeSnapshot,
    BarmanObjectStore,
    /// The Barman Cloud plugin.
    Plugin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ExternalDatabase {
    /// A Secret with `host`, and where they differ from the usual `port`, `sslmode`, `ca.crt` and `readHost`. Without
    /// `adminSecretName` also `<service>.password` of each service, whose database and role are called like the service.
    pub secret_name: ObjectName,
    /// A Secret with `username` and `password` of a role that may create roles and databases: then the operator makes those of
    /// the services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_secret_name: Option<ObjectName>,
}
