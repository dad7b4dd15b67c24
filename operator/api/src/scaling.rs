//! How many pods a service has, and who decides that.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Amount, PromQl, ShortName};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("!has(self.max) || !has(self.min) || self.max >= self.min")
        .message("max must not be below min: raise max or lower min")
        .field_path(".max"),
    validation = Rule::new("!has(self.mode) || self.mode != 'HPA' || !has(self.min) || self.min >= 1")
        .message("an HPA needs a pod to measure: set min to 1, or choose mode Native or KEDA")
        .field_path(".min"),
    validation = Rule::new(
        "self.onMissingMetrics.then == 'Hold' || !has(self.onMissingMetrics.replicas) || \
         ((!has(self.min) || self.onMissingMetrics.replicas >= self.min) && \
          (!has(self.max) || self.onMissingMetrics.replicas <= self.max))"
    )
    .message("not within min and max: choose a number that the service may have")
    .field_path(".onMissingMetrics.replicas")
)]
pub struct Scaling {
    /// Who decides: Native (the operator, from metrics), HPA (an HPA by CPU, 70 percent of `requests.cpu` unless preset Cpu says
    /// otherwise, above a floor from metrics), KEDA (a ScaledObject), Fixed, or External (nobody here).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ScalingMode>,
    /// Pods in mode Fixed. In the other modes pods at the creation of the Deployment, within min and max. Left out: 1 in profile
    /// Development and 2 in Production.
    #[schemars(range(min = 0, max = 50))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// The least number of pods; 0 only for a service that may sleep (notifications). Left out: 1 in profile Development and 2 in
    /// Production, or max where that is less.
    #[schemars(range(min = 0, max = 50))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i32>,
    /// The greatest number of pods. Left out: 3 in profile Development and 10 in Production, or min where that is more; an embedded
    /// Postgres has connections for so many pods of each service.
    #[schemars(range(min = 1, max = 50))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i32>,
    /// What is measured; each metric asks for a number of pods, and the greatest counts. Left out: what suits the service.
    #[schemars(length(max = 8))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub metrics: Vec<ScalingMetric>,
    /// How fast the number of pods may change, in the shape of an HPA's.
    #[serde(default)]
    pub behavior: Behavior,
    /// What to do without data; until `holdForSeconds` have passed the number of pods stays as it is.
    #[serde(default)]
    pub on_missing_metrics: OnMissingMetrics,
    /// What becomes of a `kubectl scale`.
    #[serde(default)]
    pub manual: Manual,
}

/// Of `defaults.scaling`: for every service that does not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct ScalingDefaults {
    /// The mode of every service that names none.
    pub mode: ScalingMode,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ScalingMode {
    #[default]
    Native,
    #[serde(rename = "HPA")]
    Hpa,
    #[serde(rename = "KEDA")]
    Keda,
    Fixed,
    External,
}

impl ScalingMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "Native",
            Self::Hpa => "HPA",
            Self::Keda => "KEDA",
            Self::Fixed => "Fixed",
            Self::External => "External",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("has(self.preset) != has(self.query)")
        .message("a metric is either a preset or a query: keep one of the two")
        .field_path(".preset"),
    validation = Rule::new("!has(self.preset) || !has(self.type)")
        .message("a preset knows its type: leave type out")
        .field_path(".type")
)]
pub struct ScalingMetric {
    /// What status and events call it.
    pub name: ShortName,
    /// One of the operator's own measurements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// A PromQL query that gives one number: a scalar, or a vector of one series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<PromQl>,
    /// How much of it is right: per pod, or in all for presets P99Latency, QueueAge and OutboxLag and for type Value.
    pub target: Amount,
    /// What a query's target is: AverageValue (per pod, the default) or Value (in all).
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<TargetType>,
}

/// Units of targets: requests per second, requests, milliseconds, messages, seconds, seconds, checkouts, percent of requests.cpu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Preset {
    /// Requests per second and pod.
    RequestsPerSecond,
    /// Requests under way per pod.
    Concurrency,
    /// Milliseconds in which 99 of 100 requests are answered.
    P99Latency,
    /// Messages waiting in the service's queue per pod.
    QueueDepth,
    /// Seconds that the oldest message in the service's queue has waited.
    QueueAge,
    /// Seconds that the oldest message of the outbox has waited.
    OutboxLag,
    /// Orders on their way to the end of their checkout per pod.
    CheckoutsInFlight,
    /// Percent of `requests.cpu` per pod.
    Cpu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum TargetType {
    AverageValue,
    Value,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Behavior {
    /// Towards more pods.
    pub scale_up: ScalingRules,
    /// Towards fewer pods.
    pub scale_down: ScalingRules,
    /// Differences from the target of up to this many percent change nothing.
    #[schemars(range(min = 0, max = 50))]
    pub tolerance_percent: i32,
}

impl Default for Behavior {
    fn default() -> Self {
        Self { scale_up: ScalingRules::default(), scale_down: ScalingRules::default(), tolerance_percent: 10 }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct ScalingRules {
    /// The least change that was asked for in this time is made; 0 upwards and 300 downwards when left out.
    #[schemars(range(min = 0, max = 3600))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stabilization_window_seconds: Option<i32>,
    /// Which of several policies counts; Max when left out. Disabled forbids this direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select_policy: Option<SelectPolicy>,
    /// How much may change in how long. Left out: upwards 4 pods or 100 percent in 15 s, downwards 100 percent in 15 s.
    #[schemars(length(max = 4))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<ScalingPolicy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum SelectPolicy {
    Max,
    Min,
    Disabled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ScalingPolicy {
    /// What `value` counts.
    #[serde(rename = "type")]
    pub unit: PolicyUnit,
    /// How many pods, or percent of them.
    #[schemars(range(min = 1, max = 1000))]
    pub value: i32,
    /// In how long.
    #[schemars(range(min = 1, max = 1800))]
    pub period_seconds: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PolicyUnit {
    Pods,
    Percent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct OnMissingMetrics {
    /// How long the number of pods stays as it is first.
    #[schemars(range(min = 0, max = 86400))]
    pub hold_for_seconds: i32,
    /// And then: Hold goes on holding, CurrentIfHigher raises it to `replicas`, Static sets it to `replicas`. KEDA
    /// can do the latter two only where every target is per pod.
    pub then: MissingPolicy,
    /// For CurrentIfHigher and Static, within min and max; min when left out.
    #[schemars(range(min = 0, max = 50))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
}

impl Default for OnMissingMetrics {
    fn default() -> Self {
        Self { hold_for_seconds: 600, then: MissingPolicy::default(), replicas: None }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum MissingPolicy {
    #[default]
    Hold,
    CurrentIfHigher,
    Static,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Manual {
    /// Timed keeps the count of a `kubectl scale` for `holdSeconds`, Forever until it is released, Refuse writes the old one back.
    pub hold: Hold,
    /// How long a timed hold lasts.
    #[schemars(range(min = 10, max = 604_800))]
    pub hold_seconds: i32,
}

impl Default for Manual {
    fn default() -> Self {
        Self { hold: Hold::default(), hold_seconds: 1800 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Hold {
    #[default]
    Timed,
    Forever,
    Refuse,
}
