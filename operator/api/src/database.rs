//! Where the services' databases live.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Image, Storage};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Database {
    /// Embedded: one Postgres pod of the stack's own, without failover, and with connections for 20 pods of services in all.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("mode can't change, for no data would move with it: put the old value back"))]
    #[serde(default)]
    pub mode: DatabaseMode,
    /// Settings of mode Embedded.
    #[serde(default)]
    pub embedded: EmbeddedDatabase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum DatabaseMode {
    #[default]
    Embedded,
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
    /// Image with Postgres in /usr/lib/postgresql; the operator's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
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
