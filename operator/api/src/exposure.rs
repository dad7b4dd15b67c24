//! How shoppers reach the gateway.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Host, IssuerRef, ObjectName};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.type == 'Ingress' || !has(self.tls)")
        .message("tls needs type Ingress, for a Gateway has certificates of its own: set type: Ingress, or remove tls")
        .field_path(".tls"),
    validation = Rule::new("self.type != 'Gateway' || (has(self.gateway.parentRefs) && size(self.gateway.parentRefs) > 0)")
        .message("type Gateway needs a Gateway to attach to: name one in parentRefs")
        .field_path(".gateway.parentRefs"),
    validation = Rule::new("!has(self.tls) || !has(self.tls.issuerRef) || (has(self.hosts) && size(self.hosts) > 0)")
        .message("cert-manager issues certificates for names: name the hosts, or remove issuerRef")
        .field_path(".hosts")
)]
pub struct Exposure {
    /// Ingress: the gateway behind the cluster's ingress controller. Gateway: an HTTPRoute of the Gateway API. None: inside the
    /// cluster only.
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
    /// Settings of type Gateway.
    #[serde(default)]
    pub gateway: GatewaySettings,
    /// Serve HTTPS with this certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum ExposureType {
    #[default]
    Ingress,
    Gateway,
    None,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngressSettings {
    /// The IngressClass; the cluster's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class_name: Option<ObjectName>,
    /// For the ingress controller.
    #[x_kube(validation = Rule::new("self.all(key, !key.startsWith('ecommercestack.dev/'))")
        .message("annotations of ecommercestack.dev are the operator's own: remove them"))]
    #[schemars(extend("maxProperties" = 32, "additionalProperties" = { "type": "string", "maxLength": 8192 }))]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct GatewaySettings {
    /// The Gateways whose listeners lead to the shop; each must allow routes of this namespace.
    #[schemars(length(max = 8))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parent_refs: Vec<ParentRef>,
    /// Whether their listeners speak HTTPS: how the shop's address begins in status and mail.
    pub https: bool,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self { parent_refs: Vec::new(), https: true }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ParentRef {
    /// What the Gateway is called.
    pub name: ObjectName,
    /// Its namespace; the stack's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<ObjectName>,
    /// One of its listeners; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section_name: Option<ObjectName>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Tls {
    /// A Secret of type kubernetes.io/tls in the stack's namespace.
    pub secret_name: ObjectName,
    /// Who fills that Secret, where cert-manager is to; somebody else does when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_ref: Option<IssuerRef>,
}
