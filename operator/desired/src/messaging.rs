//! The broker: nodes of the stack's own, a cluster of RabbitMQ's operator, or somebody else's. What roles are told about it and
//! what is to be in it is the same in all three.

mod cluster_operator;
mod definitions;
mod embedded;
mod external;
mod plan;
mod ports;
mod urls;

use serde_json::{Value, json};

use crate::configuration::secret;
use crate::manifest::Component::Messaging;
use crate::{Inputs, Manifest, ValidatedStack, names, pod};

pub use definitions::{Definitions, definitions};
pub use embedded::{COOKIE, cookie_secret_name, nodes_of, volume_name};
pub use external::ExternalBroker;
pub use plan::{BrokerCluster, EmbeddedBroker, MessagingPlan};
pub(crate) use urls::urls;

/// What is known of the broker before anything is built.
#[derive(Clone, Debug, Default)]
pub struct BrokerInputs {
    /// Volumes of nodes that there are, counted from the first: whoever had one is still a member, whatever the spec says now.
    pub volumes: u32,
    /// The Erlang cookie in use: nodes with another one could not join those that have not been restarted yet. None: there is
    /// none, and one is derived from the root.
    pub cookie: Option<String>,
    /// In mode External, and only then.
    pub external: Option<ExternalBroker>,
}

/// Where services find the certificate of an external broker's authority.
const CA_DIR: &str = "/etc/ecommercestack/broker-ca";

/// What pods read, and their account.
pub fn configuration(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    match &stack.messaging {
        MessagingPlan::Embedded(broker) => embedded::configuration(stack, inputs, broker),
        MessagingPlan::Cluster(_) => Vec::new(),
        MessagingPlan::External { .. } => authority(stack, inputs).into_iter().collect(),
    }
}

pub fn infrastructure(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Manifest> {
    match &stack.messaging {
        MessagingPlan::Embedded(broker) => embedded::infrastructure(stack, inputs, broker),
        MessagingPlan::Cluster(broker) => {
            let known = inputs.offers.has("RabbitmqCluster");
            known.then(|| cluster_operator::cluster(stack, broker)).into_iter().collect()
        }
        MessagingPlan::External { .. } => Vec::new(),
    }
}

fn authority(stack: &ValidatedStack, inputs: &Inputs) -> Option<Manifest> {
    let ca = inputs.broker.external.as_ref()?.ca.clone()?;
    Some(secret(stack, Messaging, names::rabbitmq(stack), [("ca.crt", ca)]))
}

/// Lets the first container of a service's pod trust an external broker; everyone else trusts the stack's own certificates.
pub fn trust(stack: &ValidatedStack, inputs: &Inputs, spec: &mut Value) {
    let Some(secret) = authority(stack, inputs) else { return };
    let source = json!({ "secretName": secret.name(), "defaultMode": 0o440 });
    pod::push(&mut spec["volumes"], json!({ "name": "broker-ca", "secret": source }));
    let container = &mut spec["containers"][0];
    let mount = json!({ "name": "broker-ca", "mountPath": CA_DIR, "readOnly": true });
    pod::push(&mut container["volumeMounts"], mount);
    for variable in ["AMQP_CA_FILE", "MQTT_CA_FILE"] {
        pod::push(&mut container["env"], json!({ "name": variable, "value": format!("{CA_DIR}/ca.crt") }));
    }
}
