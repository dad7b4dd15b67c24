//! What every service inherits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Image, ObjectName, Resources, ScalingDefaults};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
