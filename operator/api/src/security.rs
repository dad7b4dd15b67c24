//! Who may talk to whom inside the stack, and how that is proved.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ObjectName;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Security {
    /// Certificates of both sides on every connection inside the stack.
    pub mtls: Mtls,
    /// What packets may pass.
    pub network_policy: NetworkPolicySettings,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("(self.issuer == 'CertManager') == has(self.issuerRef)")
        .message("issuer CertManager needs issuerRef, and Operator has no use for it: set the issuer or remove issuerRef")
        .field_path(".issuerRef"),
    validation = Rule::new("self.caHours > self.leafHours")
        .message("a certificate can't outlive its CA: raise caHours or lower leafHours")
        .field_path(".caHours")
)]
pub struct Mtls {
    /// false: plain connections, for debugging.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Operator: a CA of the stack's own, kept in a Secret. CertManager: certificates by cert-manager.
    #[serde(default)]
    pub issuer: CertificateIssuer,
    /// Who signs in mode CertManager; it must be a CA, for everyone in the stack trusts whatever it signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_ref: Option<IssuerRef>,
    /// How long a certificate is valid; it is renewed after two thirds of that.
    #[schemars(range(min = 1, max = 8760))]
    #[serde(default = "a_month")]
    pub leaf_hours: i32,
    /// How long the stack's own CA is valid; its successor is made 30 days before, or after two thirds where that is later.
    #[schemars(range(min = 2, max = 87_600))]
    #[serde(default = "a_year")]
    pub ca_hours: i32,
}

impl Default for Mtls {
    fn default() -> Self {
        Self {
            enabled: true,
            issuer: CertificateIssuer::default(),
            issuer_ref: None,
            leaf_hours: a_month(),
            ca_hours: a_year(),
        }
    }
}

fn yes() -> bool {
    true
}

fn a_month() -> i32 {
    30 * 24
}

fn a_year() -> i32 {
    365 * 24
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum CertificateIssuer {
    #[default]
    Operator,
    CertManager,
}

/// An issuer of cert-manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct IssuerRef {
    /// What it is called.
    pub name: ObjectName,
    /// Issuer: one in the stack's namespace. ClusterIssuer: one of the cluster.
    #[serde(default)]
    pub kind: IssuerKind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum IssuerKind {
    #[default]
    ClusterIssuer,
    Issuer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct NetworkPolicySettings {
    /// Everything that no part of the stack needs is refused.
    pub enabled: bool,
    /// Pods that may reach the gateway, such as those of the ingress controller; all when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_from: Option<Peer>,
    /// Pods that may read metrics, besides the operator and the stack's own Prometheus; none when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_from: Option<Peer>,
}

impl Default for NetworkPolicySettings {
    fn default() -> Self {
        Self { enabled: true, ingress_from: None, metrics_from: None }
    }
}

/// Pods of some namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Peer {
    /// Labels of their namespaces; every namespace when empty.
    #[schemars(extend("maxProperties" = 8, "additionalProperties" = { "type": "string", "maxLength": 63 }))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub namespace_labels: BTreeMap<String, String>,
    /// Labels of the pods; every pod when empty.
    #[schemars(extend("maxProperties" = 8, "additionalProperties" = { "type": "string", "maxLength": 63 }))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pod_labels: BTreeMap<String, String>,
}
