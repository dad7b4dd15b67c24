//! What the operator reports.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct EcommerceStackStatus {
    /// The generation of the spec that this status is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready, Progressing, Degraded, DatabaseReady, MessagingReady, MigrationsApplied, AutoscalingActive, MetricsAvailable.
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
