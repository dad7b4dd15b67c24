//! The `EcommerceStack` object.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Database, Defaults, EcommerceStackStatus, Exposure, Messaging, Observability, Services};

/// Children add up to 31 characters (`-migrate-notifications-01234567`) to the name, and a label holds 63.
pub const MAX_NAME_LENGTH: usize = 32;

/// A shop: its services, database, broker and door. `spec: {}` is a small one that works.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "ecommercestack.dev",
    version = "v1alpha1",
    kind = "EcommerceStack",
    namespaced,
    shortname = "ecom",
    category = "all",
    status = "EcommerceStackStatus",
    derive = "PartialEq",
    doc = "A shop: its services, database, broker and door. `spec: {}` is a small one that works.",
    validation = Rule::new("size(self.metadata.name) <= 32 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')")
        .message("metadata.name must be at most 32 letters, digits and dashes, and begin with a letter, for every object of the stack is named after it: choose another name"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#),
    printcolumn(name = "Status", type_ = "string", json_path = r#".status.conditions[?(@.type=="Progressing")].reason"#),
    printcolumn(name = "Services", type_ = "string", json_path = ".status.servicesReady"),
    printcolumn(name = "Scaling", type_ = "string", json_path = r#".status.conditions[?(@.type=="AutoscalingActive")].reason"#, priority = 1),
    printcolumn(name = "Holds", type_ = "string", json_path = ".status.holds", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "DB", type_ = "string", json_path = r#".status.conditions[?(@.type=="DatabaseReady")].status"#, priority = 1),
    printcolumn(name = "MQ", type_ = "string", json_path = r#".status.conditions[?(@.type=="MessagingReady")].status"#, priority = 1),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.endpoints.url", priority = 1),
    printcolumn(name = "Message", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].message"#, priority = 1)
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.exposure.type != 'Ingress' || !has(self.services.gateway) || self.services.gateway.enabled")
        .message("the Ingress leads to the gateway: enable it, or set exposure.type: None")
        .field_path(".services.gateway.enabled")
)]
pub struct EcommerceStackSpec {
    /// The roles of the shop. One that is left out runs with the defaults; `enabled: false` removes it.
    #[serde(default)]
    pub services: Services,
    /// What every service inherits.
    #[serde(default)]
    pub defaults: Defaults,
    /// Where the services' databases live.
    #[serde(default)]
    pub database: Database,
    /// Where the services' messages go.
    #[serde(default)]
    pub messaging: Messaging,
    /// How shoppers reach the shop.
    #[serde(default)]
    pub exposure: Exposure,
    /// Where the metrics are that services are scaled by.
    #[serde(default)]
    pub observability: Observability,
    /// What the operator may do at present.
    #[serde(default)]
    pub operation: Operation,
    /// What becomes of the volumes when the object is deleted.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Operation {
    /// true: change nothing, but keep the status up to date.
    pub paused: bool,
}

/// Retain keeps the volumes of Postgres and RabbitMQ; Delete removes them with the stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum DeletionPolicy {
    #[default]
    Retain,
    Delete,
}
