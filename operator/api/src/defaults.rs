//! What every service inherits.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Image, ObjectName, Overrides, Resources, ScalingDefaults};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    /// The image, and how the kubelet gets it.
    #[serde(default)]
    pub image: ImageDefaults,
    /// Requests and limits of a service that names none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// How the services are scaled.
    #[serde(default)]
    pub scaling: ScalingDefaults,
    /// Labels of every pod of the stack, beside the operator's own, which they can't replace. A change starts every pod anew.
    #[x_kube(
        validation = Rule::new("self.all(key, !key.startsWith('app.kubernetes.io/') && !key.startsWith('ecommercestack.dev/'))")
            .message("labels of app.kubernetes.io and ecommercestack.dev are the operator's own: choose another name"),
        validation = Rule::new("self.all(key, self[key].matches('^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$'))")
            .message("no value of a label: write letters, digits, dashes, dots and underscores")
    )]
    #[schemars(extend("maxProperties" = 32, "additionalProperties" = { "type": "string", "maxLength": 63 }))]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pod_labels: BTreeMap<String, String>,
    /// PriorityClass of every pod of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<ObjectName>,
    /// Fields of the services' pod templates (`metadata`, `spec`), merged last as a server-side apply would: lists of named things
    /// by their names, other lists as a whole.
    #[serde(default)]
    pub pod_overrides: Overrides,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct ImageDefaults {
    /// Image of all services, such as `registry.example.com/shop:1.2.0`; the operator's default when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Image>,
    /// When the kubelet asks the registry, for every pod of the stack.
    pub pull_policy: PullPolicy,
    /// Secrets that the registries want, for every pod of the stack.
    #[schemars(length(max = 8))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pull_secrets: Vec<SecretName>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PullPolicy {
    Always,
    #[default]
    IfNotPresent,
    Never,
}

impl PullPolicy {
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}

/// A Secret in the stack's namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SecretName {
    /// What the Secret is called.
    pub name: ObjectName,
}
