//! How shoppers reach the gateway.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Host, ObjectName};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.type == 'Ingress' || !has(self.tls)")
        .message("tls needs type Ingress: set type: Ingress, or remove tls")
        .field_path(".tls")
)]
pub struct Exposure {
    /// Ingress: the gateway behind the cluster's ingress controller. None: inside the cluster only.
    #[serde(default, rename = "type")]
    pub kind: ExposureType,
    /// Names the shop answers to; every name when empty.
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Host>,
    /// Settings of type Ingress.
    #[serde(default)]
    pub ingress: IngressSettings,
    /// Serve HTTPS with this certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ExposureType {
    #[default]
    Ingress,
    None,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngressSettings {
    /// The IngressClass; the cluster's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_name: Option<ObjectName>,
    /// For the ingress controller.
    #[schemars(extend("maxProperties" = 32, "additionalProperties" = { "type": "string", "maxLength": 8192 }))]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Tls {
    /// A Secret of type kubernetes.io/tls in the stack's namespace.
    pub secret_name: ObjectName,
}
