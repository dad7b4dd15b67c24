//! What the broker's ports are called. The names stay the same with certificates and without, the numbers do not.

use serde_json::Value;

use crate::ports::{RABBITMQ_PEERS, Rabbitmq};
use crate::{ValidatedStack, pod};

const SERVED: [(&str, Rabbitmq); 4] = [
    ("amqp", Rabbitmq::Amqp),
    ("mqtt", Rabbitmq::Mqtt),
    // For the operator alone.
    ("management", Rabbitmq::Management),
    // For Prometheus.
    ("metrics", Rabbitmq::Metrics),
];

const PEERS: [(&str, u16); 2] = [("epmd", RABBITMQ_PEERS[0]), ("distribution", RABBITMQ_PEERS[1])];

fn served(stack: &ValidatedStack) -> impl Iterator<Item = (&'static str, u16)> {
    SERVED.into_iter().map(|(name, protocol)| (name, protocol.port(stack.mtls)))
}

pub fn of_container(stack: &ValidatedStack) -> Value {
    served(stack).chain(PEERS).map(|(name, port)| pod::container_port(name, port)).collect()
}

pub fn of_service(stack: &ValidatedStack) -> Value {
    served(stack).map(|(name, port)| pod::service_port(name, port)).collect()
}

pub fn of_nodes() -> Value {
    PEERS.iter().map(|(name, port)| pod::service_port(name, *port)).collect()
}
