//! Who may send to whom, and on which port: the Role table and the servers around it, as one list.

use std::fmt;

use contracts::Role;
use operator_api::{DatabaseMode, MessagingMode, ScalingMode};

use super::Node;
use crate::ports::{DNS, POSTGRES, PROMETHEUS, RABBITMQ_PEERS, RABBITMQ_TOOLS, Rabbitmq};
use crate::{DatabaseInputs, Inputs, ServicePlan, ValidatedStack};

/// From `from` to `port` of `to`; answers are part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: Node,
    pub to: Node,
    pub protocol: &'static str,
    pub port: u16,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, protocol, port } = self;
        write!(f, "{from:<16} {to:<16} {protocol:<8} {port}")
    }
}

const HTTPS: u16 = 443;
const SMTP: [u16; 3] = [25, 465, 587];

pub fn edges(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Edge> {
    let mut edges = Vec::new();
    for plan in &stack.services {
        of_service(stack, inputs, plan, &mut edges);
    }
    of_jobs(stack, inputs, &mut edges);
    of_operator(stack, inputs, &mut edges);
    of_metrics(stack, inputs, &mut edges);
    of_broker(stack, &mut edges);
    edges.extend(names(&edges));
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn tcp(from: Node, to: Node, port: u16) -> Edge {
    Edge { from, to, protocol: "TCP", port }
}

fn of_service(stack: &ValidatedStack, inputs: &Inputs, plan: &ServicePlan, edges: &mut Vec<Edge>) {
    let (role, node) = (plan.role, Node::Service(plan.role));
    let called = role.spec().calls.iter().filter(|called| stack.has(**called));
    edges.extend(called.map(|called| tcp(node, Node::Service(*called), called.spec().port)));
    if role.spec().owns_database {
        edges.extend(databases(stack, inputs).into_iter().map(|(home, port)| tcp(node, home, port)));
    }
    let spoken = [(Rabbitmq::Amqp, role.speaks_amqp()), (Rabbitmq::Mqtt, role.spec().publishes_mqtt)];
    for (protocol, _) in spoken.into_iter().filter(|(_, speaks)| *speaks) {
        let (home, port) = broker(stack, inputs, protocol);
        edges.push(tcp(node, home, port));
    }
    if role == Role::Gateway {
        edges.push(tcp(Node::Ingress, node, role.spec().port));
    }
    if let Some(collector) = &stack.observability.collector {
        let home = if collector.namespace.is_some() { Node::Collector } else { Node::Anywhere };
        edges.push(tcp(node, home, collector.port));
    }
    edges.extend(world(plan).into_iter().map(|port| tcp(node, Node::Anywhere, port)));
}

/// The ports on which a service needs the world outside: whom it asks there, nobody here knows.
fn world(plan: &ServicePlan) -> Vec<u16> {
    match plan.role {
        // The systems of sellers.
        Role::Inventory => vec![HTTPS],
        // A provider that has keys is one outside.
        Role::Payments if plan.secret.is_some() => vec![HTTPS],
        Role::Notifications if plan.secret.is_some() => [HTTPS].into_iter().chain(SMTP).collect(),
        Role::Gateway
        | Role::Storefront
        | Role::Users
        | Role::Catalog
        | Role::Orders
        | Role::Payments
        | Role::Notifications => Vec::new(),
    }
}

fn of_jobs(stack: &ValidatedStack, inputs: &Inputs, edges: &mut Vec<Edge>) {
    for node in [Node::Migrations, Node::Setup, Node::Backup] {
        edges.extend(databases(stack, inputs).into_iter().map(|(home, port)| tcp(node, home, port)));
    }
    edges.extend(stack.network.dumps_to.map(|port| tcp(Node::Backup, Node::Anywhere, port)));
    edges.extend(stack.network.restored_from.map(|port| tcp(Node::Setup, Node::Anywhere, port)));
}

/// It holds what there is against what there should be, and proves that certificates are in use. Servers that are not the stack's
/// are not behind its policies.
fn of_operator(stack: &ValidatedStack, inputs: &Inputs, edges: &mut Vec<Edge>) {
    let own = |edge: &Edge| edge.to.component().is_some();
    let asked = [Rabbitmq::Amqp, Rabbitmq::Mqtt, Rabbitmq::Management]
        .map(|protocol| broker(stack, inputs, protocol));
    let all = databases(stack, inputs).into_iter().chain(asked);
    edges.extend(all.map(|(home, port)| tcp(Node::Operator, home, port)).filter(own));
}

/// Everyone who reads metrics, and who asks for those that were read.
fn of_metrics(stack: &ValidatedStack, inputs: &Inputs, edges: &mut Vec<Edge>) {
    let embedded = stack.observability.embedded.is_some();
    let mut readers = vec![Node::Operator];
    readers.extend(embedded.then_some(Node::Prometheus));
    readers.extend(stack.network.metrics_from.is_some().then_some(Node::MetricsReader));
    for reader in readers.iter().copied() {
        let admin = |plan: &ServicePlan| tcp(reader, Node::Service(plan.role), plan.role.spec().admin_port);
        edges.extend(stack.services.iter().map(admin));
        if reader != Node::Operator && stack.network.messaging != MessagingMode::External {
            let (home, port) = broker(stack, inputs, Rabbitmq::Metrics);
            edges.push(tcp(reader, home, port));
        }
        if embedded && reader != Node::Prometheus {
            edges.push(tcp(reader, Node::Prometheus, PROMETHEUS));
        }
    }
    if embedded && stack.services.iter().any(|plan| plan.scaling.mode == ScalingMode::Keda) {
        edges.push(tcp(Node::Keda, Node::Prometheus, PROMETHEUS));
    }
}

/// Its nodes among themselves.
fn of_broker(stack: &ValidatedStack, edges: &mut Vec<Edge>) {
    if stack.network.messaging == MessagingMode::Embedded {
        let ports = RABBITMQ_PEERS.into_iter().chain(RABBITMQ_TOOLS);
        edges.extend(ports.map(|port| tcp(Node::Rabbitmq, Node::Rabbitmq, port)));
    }
}

/// Whoever of ours sends anything has to find out where to.
fn names(edges: &[Edge]) -> Vec<Edge> {
    let senders = edges.iter().map(|edge| edge.from).filter(|from| from.component().is_some());
    senders
        .flat_map(|from| ["TCP", "UDP"].map(|protocol| Edge { from, to: Node::Dns, protocol, port: DNS }))
        .collect()
}

/// Where the databases are, and where they are going to.
fn databases(stack: &ValidatedStack, inputs: &Inputs) -> Vec<(Node, u16)> {
    let DatabaseInputs { state, external } = &inputs.database;
    let modes = state.modes(stack.network.database).into_iter();
    modes
        .map(|mode| match mode {
            DatabaseMode::Embedded => (Node::Postgres, POSTGRES),
            DatabaseMode::CloudNativePG => (Node::PostgresCluster, POSTGRES),
            DatabaseMode::External => {
                (Node::Anywhere, external.as_ref().map_or(POSTGRES, |server| server.port()))
            }
        })
        .collect()
}

/// Where the broker is, and on which port it speaks this.
fn broker(stack: &ValidatedStack, inputs: &Inputs, protocol: Rabbitmq) -> (Node, u16) {
    let usual = protocol.port(stack.mtls);
    match (stack.network.messaging, &inputs.broker.external) {
        (MessagingMode::Embedded, _) => (Node::Rabbitmq, usual),
        (MessagingMode::RabbitmqCluster, _) => (Node::RabbitmqCluster, usual),
        (MessagingMode::External, Some(server)) if protocol == Rabbitmq::Amqp => {
            (Node::Anywhere, server.amqp_port)
        }
        (MessagingMode::External, Some(server)) if protocol == Rabbitmq::Mqtt => {
            (Node::Anywhere, server.mqtt_port)
        }
        (MessagingMode::External, _) => (Node::Anywhere, usual),
    }
}
