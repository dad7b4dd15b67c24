//! What every service inherits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use crate::{Image, ObjectName, Overrides, Resources, ScalingDefaults};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Defaults {
    /// The image, and how the kubelet gets it.
    pub image: ImageDefaults,
    /// Requests and limits of a service that names none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// How the services are scaled.
    pub scaling: ScalingDefaults,
    /// Labels of every pod, beside the operator's own, which they can't replace.
    #[schemars(extend("maxProperties" = 32, "additionalProperties" = { "type": "string", "maxLength": 63 }))]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pod_labels: BTreeMap<String, String>,
    /// PriorityClass of every pod of the stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<ObjectName>,
    /// Fields of the services' pod templates (`metadata`, `spec`), merged last as `kubectl patch` would; lists by their keys.
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
