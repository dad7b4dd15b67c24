//! The ports of the servers beside the services, whose ports are in the Role table.
//!
//! Where connections are secured, a protocol has another port, so that nobody speaks in the clear by accident.

use std::ops::RangeInclusive;

pub const POSTGRES: u16 = 5432;
pub const PROMETHEUS: u16 = 9090;
pub const DNS: u16 = 53;
/// Between the nodes of a RabbitMQ: who is where, and everything else.
pub const RABBITMQ_PEERS: [u16; 2] = [4369, 25672];
/// Where a node answers `rabbitmqctl` that runs beside another one: what is asked of all nodes, such as the list of queues, waits for
/// each of them.
pub const RABBITMQ_TOOLS: RangeInclusive<u16> = 35672..=35682;

/// A protocol of RabbitMQ's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rabbitmq {
    Amqp,
    Mqtt,
    Management,
    Metrics,
}

impl Rabbitmq {
    pub fn port(self, mtls: bool) -> u16 {
        match (self, mtls) {
            (Self::Amqp, false) => 5672,
            (Self::Amqp, true) => 5671,
            (Self::Mqtt, false) => 1883,
            (Self::Mqtt, true) => 8883,
            (Self::Management, false) => 15672,
            (Self::Management, true) => 15671,
            (Self::Metrics, false) => 15692,
            (Self::Metrics, true) => 15691,
        }
    }
}
