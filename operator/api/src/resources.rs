//! What a container asks for and may use at most.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::{Cpu, Memory};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new(
        "!has(self.requests) || !has(self.limits) || !has(self.requests.cpu) || !has(self.limits.cpu) \
         || !isQuantity(self.requests.cpu) || !isQuantity(self.limits.cpu) \
         || quantity(self.requests.cpu).compareTo(quantity(self.limits.cpu)) <= 0"
    )
    .message("requests.cpu is above limits.cpu: lower the request or raise the limit")
    .field_path(".requests.cpu"),
    validation = Rule::new(
        "!has(self.requests) || !has(self.limits) || !has(self.requests.memory) || !has(self.limits.memory) \
         || !isQuantity(self.requests.memory) || !isQuantity(self.limits.memory) \
         || quantity(self.requests.memory).compareTo(quantity(self.limits.memory)) <= 0"
    )
    .message("requests.memory is above limits.memory: lower the request or raise the limit")
    .field_path(".requests.memory")
)]
pub struct Resources {
    /// What the scheduler reserves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Amounts>,
    /// What the container may use at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Amounts>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Amounts {
    /// Cores: `50m`, `0.5`, `2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    /// Bytes: `64Mi`, `1Gi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
}
