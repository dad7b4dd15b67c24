//! The `EcommerceStack` object.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Database, Defaults, EcommerceStackStatus, Exposure, Messaging, Observability, Operation, Security,
    Services, Version,
};

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
    selectable = ".spec.version",
    status = "EcommerceStackStatus",
    derive = "PartialEq",
    doc = "A shop: its services, database, broker and door. `spec: {}` is a small one that works.",
    validation = Rule::new("size(self.metadata.name) <= 32 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')")
        .message("metadata.name must be at most 32 letters, digits and dashes, and begin with a letter, for every object of the stack is named after it: choose another name"),
    printcolumn(name = "Ready", type_ = "string", json_path = r#".status.conditions[?(@.type=="Ready")].status"#),
    printcolumn(name = "Status", type_ = "string", json_path = r#".status.conditions[?(@.type=="Progressing")].reason"#),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.version.current"),
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
    validation = Rule::new("self.exposure.type == 'None' || !has(self.services.gateway) || self.services.gateway.enabled")
        .message("the way in leads to the gateway: enable it, or set exposure.type: None")
        .field_path(".services.gateway.enabled"),
    validation = Rule::new("self.database.mode == oldSelf.database.mode || self.operation.migrateDatabase")
        .message("the data would stay where it is: set operation.migrateDatabase as well to have it moved, or put the old value back")
        .field_path(".database.mode"),
    // The number that is in force, for the profile gives it where none is named.
    validation = Rule::new(
        "self.messaging.mode != 'Embedded' || oldSelf.messaging.mode != 'Embedded' || \
         (has(self.messaging.embedded.replicas) ? self.messaging.embedded.replicas : self.profile == 'Production' ? 3 : 1) >= \
         (has(oldSelf.messaging.embedded.replicas) ? oldSelf.messaging.embedded.replicas : oldSelf.profile == 'Production' ? 3 : 1)"
    )
    .message("a node that goes takes its share of every queue with it: name as many nodes as there were, whatever the profile")
    .field_path(".messaging.embedded.replicas"),
    validation = Rule::new(
        "!has(self.version) || !has(oldSelf.version) || self.operation.allowDowngrade || \
         !self.version.matches('^[0-9]{1,5}[.][0-9]{1,5}[.][0-9]{1,5}$') || \
         int(self.version.split('.')[0]) > int(oldSelf.version.split('.')[0]) || \
         (int(self.version.split('.')[0]) == int(oldSelf.version.split('.')[0]) && \
          int(self.version.split('.')[1]) >= int(oldSelf.version.split('.')[1]))"
    )
    .message("an earlier minor version may not understand the schema: put the old value back, or set operation.allowDowngrade")
    .field_path(".version")
)]
pub struct EcommerceStackSpec {
    /// The release of the shop, as the tag of its image; the operator's own release when left out, so that a new operator then
    /// brings a new shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Development: as small as can be. Production: made to survive the loss of a pod or a node. Only defaults differ.
    #[serde(default)]
    pub profile: Profile,
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
    /// Who may talk to whom inside the stack.
    #[serde(default)]
    pub security: Security,
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

/// Sets defaults, and nothing that could not be set beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Profile {
    /// Small: one pod of everything.
    #[default]
    Development,
    /// Two pods of every service at least, and three nodes of RabbitMQ.
    Production,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "Development",
            Self::Production => "Production",
        }
    }
}

/// Retain keeps the volumes of Postgres and RabbitMQ; Delete removes them with the stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum DeletionPolicy {
    #[default]
    Retain,
    Delete,
}
