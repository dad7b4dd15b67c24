//! Who runs the broker: what `validate` parses `spec.messaging` into.

use serde_json::{Map, Value};

use crate::plan::Volume;

#[derive(Clone, Debug)]
pub enum MessagingPlan {
    Embedded(EmbeddedBroker),
    /// RabbitMQ's own operator.
    Cluster(BrokerCluster),
    /// Somebody else; the Secret tells where it is.
    External {
        secret: String,
    },
}

/// Nodes of the stack's own.
#[derive(Clone, Debug)]
pub struct EmbeddedBroker {
    pub(crate) image: Option<String>,
    pub(crate) volume: Volume,
    /// As many as the spec asks for; there may be volumes of more.
    pub(crate) nodes: u32,
}

/// A `RabbitmqCluster`.
#[derive(Clone, Debug)]
pub struct BrokerCluster {
    pub(crate) image: Option<String>,
    pub(crate) volume: Volume,
    pub(crate) nodes: u32,
    /// Merged over its spec.
    pub(crate) overrides: Map<String, Value>,
}
