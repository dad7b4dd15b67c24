//! Where the services' messages go.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Image, Storage};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Messaging {
    /// Embedded: one RabbitMQ pod of the stack's own, without failover.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("mode can't change, for no message would move with it: put the old value back"))]
    #[serde(default)]
    pub mode: MessagingMode,
    /// Settings of mode Embedded.
    #[serde(default)]
    pub embedded: EmbeddedMessaging,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum MessagingMode {
    #[default]
    Embedded,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct EmbeddedMessaging {
    /// Where the data is.
    pub storage: Storage,
    /// RabbitMQ's version.
    pub version: RabbitmqVersion,
    /// Image with RabbitMQ in /opt/rabbitmq; the operator's default when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum RabbitmqVersion {
    #[default]
    #[serde(rename = "4.0")]
    V4_0,
}

impl RabbitmqVersion {
    pub fn name(self) -> &'static str {
        match self {
            Self::V4_0 => "4.0",
        }
    }
}
