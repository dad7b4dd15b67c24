//! What the operator reports.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the operator reports.
// A new stack has one at once, about no generation: whoever takes an object without a status for one that is done, as Flux does,
// then waits for the operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct EcommerceStackStatus {
    /// The generation of the spec that this status is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready, Progressing, Degraded, DatabaseReady, MessagingReady, MigrationsApplied, CertificatesReady, ExposureReady,
    /// HighlyAvailable, BackedUp, AutoscalingActive, MetricsAvailable.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// A row per enabled service.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceStatus>,
    /// Services that are ready, of all enabled ones: `7/7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services_ready: Option<String>,
    /// Services whose number of pods somebody holds: `catalog=5 until 14:05Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// Ways in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// What runs, and what is to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionStatus>,
    /// The profile whose defaults are in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_profile: Option<String>,
    /// The change of pods that is under way or has failed; left out while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutStatus>,
    /// The stack's CA and certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<CertificatesStatus>,
    /// Where the data is, and where it is going.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseStatus>,
    /// When the last dump was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_backup_time: Option<Time>,
    /// The set of objects that was last applied completely, as a hash: what is missing of it is brought back at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ServiceStatus {
    /// The role.
    pub name: String,
    /// Pods that are ready.
    #[serde(default)]
    pub ready: i32,
    /// Pods that there should be.
    #[serde(default)]
    pub desired: i32,
    /// What its pods run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How often its Deployment has been rolled out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// How its number of pods came about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<AutoscalingStatus>,
}

/// Written when a decision changes, not when a sample does: `value` and `sampledAt` are those of that decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct AutoscalingStatus {
    /// Native, HPA, KEDA, Fixed or External: who writes the number of pods.
    pub mode: String,
    /// The number of pods that was decided on, or found; in mode HPA the floor.
    pub desired: i32,
    /// The metric that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Its value then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// When Prometheus took that value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled_at: Option<Time>,
    /// What kept the number from being what the metrics ask for: Tolerance, Rate, Stabilization, Minimum, Maximum, Missing,
    /// Hold, Paused, Queue, Warmup, Yielded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_back_by: Option<String>,
    /// What there is to know about it, such as why there is no data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When a hold ends by itself; `forever`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Endpoints {
    /// Where shoppers find the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct VersionStatus {
    /// The release that every service runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The release that they are to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which form of pod templates they have; a new operator keeps it until the next release is rolled out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_revision: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct RolloutStatus {
    /// The release before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The release that is coming.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Expand, Services, Soak, Contract, RolledBack, AwaitingApproval or AwaitingWindow.
    pub step: String,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct CertificatesStatus {
    /// Stable, TrustBoth, Reissue or DropOld.
    pub phase: String,
    /// When the CA expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_expires: Option<Time>,
    /// When the next certificate or CA is renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_rotation: Option<Time>,
    /// Of the CAs that everyone is to trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle_hash: Option<String>,
    /// Of each part of the stack.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<CertificateStatus>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct CertificateStatus {
    /// The part of the stack.
    pub name: String,
    /// When it expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Time>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct DatabaseStatus {
    /// The mode that the services' data is in.
    pub mode: String,
    /// The mode that it is moving to, and how far it has come: Preparing, Stopping, Copying, Switching.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moving_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
}
