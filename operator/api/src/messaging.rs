//! Where the services' messages go.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Image, ObjectName, Overrides, Storage};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("(self.mode == 'External') == has(self.external)")
        .message("mode External needs external.secretName, and the other modes have no use for it: set the mode or remove external")
        .field_path(".external")
)]
pub struct Messaging {
    /// Embedded: RabbitMQ of the stack's own. RabbitmqCluster: a cluster by RabbitMQ's operator. External: a broker that somebody
    /// else runs.
    #[x_kube(validation = Rule::new("self == oldSelf")
        .message("mode can't change, for no message would move with it: put the old value back"))]
    #[serde(default)]
    pub mode: MessagingMode,
    /// Settings of mode Embedded.
    #[serde(default)]
    pub embedded: EmbeddedMessaging,
    /// Settings of mode RabbitmqCluster.
    #[serde(default)]
    pub rabbitmq_cluster: RabbitmqCluster,
    /// Settings of mode External.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalMessaging>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum MessagingMode {
    #[default]
    Embedded,
    RabbitmqCluster,
    External,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmbeddedMessaging {
    /// Nodes: 1, 3 or 5, each on a volume of its own; 1 in profile Development and 3 in Production when left out. Nodes can be
    /// added, never taken away.
    #[x_kube(validation = Rule::new("self in [1, 3, 5]")
        .message("a majority needs an odd number of nodes: choose 1, 3 or 5"))]
    #[schemars(range(min = 1, max = 5))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Where the data is.
    #[serde(default)]
    pub storage: Storage,
    /// RabbitMQ's version.
    #[serde(default)]
    pub version: RabbitmqVersion,
    /// Image with RabbitMQ in /opt/rabbitmq; the operator's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct RabbitmqCluster {
    /// Nodes: an odd number. Nodes can be added, never taken away.
    #[x_kube(
        validation = Rule::new("self % 2 == 1")
            .message("a majority needs an odd number of nodes: add one or take one away"),
        validation = Rule::new("self >= oldSelf")
            .message("a node that goes takes its share of every queue with it: put the old number back")
    )]
    #[schemars(range(min = 1, max = 9))]
    #[serde(default = "three")]
    pub replicas: i32,
    /// Where each keeps its data.
    #[serde(default)]
    pub storage: Storage,
    /// Image of the nodes; the choice of RabbitMQ's operator when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Fields of the RabbitmqCluster's spec, merged over what the operator writes.
    #[serde(default)]
    pub overrides: Overrides,
}

fn three() -> i32 {
    3
}

impl Default for RabbitmqCluster {
    fn default() -> Self {
        Self { replicas: three(), storage: Storage::default(), image: None, overrides: Overrides::default() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ExternalMessaging {
    /// A Secret with `host`, `username` and `password` of an administrator, and where they differ from the usual `amqpPort`,
    /// `mqttPort`, `managementUrl`, `vhost`, `tls` and `ca.crt`: the operator makes users, permissions and queues with them.
    pub secret_name: ObjectName,
}
