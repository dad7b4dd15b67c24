//! What the operator may do at present, and when.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Clock, TimeZone};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Operation {
    /// true: change nothing, but keep the status up to date.
    pub paused: bool,
    /// true: no pods of services, and all data kept. false brings back as many pods as there were.
    pub stopped: bool,
    /// Automatic: changes of pods begin at once, or in the next maintenance window. Supervised: they wait for the annotation
    /// `ecommercestack.dev/approve` with the value of `status.version.target`.
    pub update_strategy: UpdateStrategy,
    /// When pods may be replaced; at any time when empty. Repairs never wait.
    #[schemars(length(max = 8))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub maintenance_windows: Vec<MaintenanceWindow>,
    /// Whether a service whose new pods do not become ready gets back what ran before. Databases are never rolled back.
    pub auto_rollback: bool,
    /// How long the new pods of every service must have run before migrations remove what only the old ones used; the annotation
    /// `ecommercestack.dev/approve-contract` with the value of `status.version.current` ends the wait.
    #[schemars(range(min = 0, max = 2_592_000))]
    pub contract_after_seconds: i32,
    /// Allows `version` to go back to an earlier minor version. Its services must still understand the schema.
    pub allow_downgrade: bool,
    /// Allows `database.mode` to change: the services stop, the data is copied and compared, and they start on the new database.
    pub migrate_database: bool,
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            paused: false,
            stopped: false,
            update_strategy: UpdateStrategy::default(),
            maintenance_windows: Vec::new(),
            auto_rollback: true,
            contract_after_seconds: 86_400,
            allow_downgrade: false,
            migrate_database: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum UpdateStrategy {
    #[default]
    Automatic,
    Supervised,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceWindow {
    /// Days on which it begins; every day when empty.
    #[schemars(length(max = 7))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// When it begins: `02:00`.
    pub start: Clock,
    /// How long it lasts.
    #[schemars(range(min = 5, max = 10_080))]
    pub duration_minutes: i32,
    /// Whose clock: `UTC`, `Europe/Berlin`.
    #[serde(default)]
    pub time_zone: TimeZone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}
