//! Whoever sends or receives packets, and how a policy finds its pods.

use std::fmt;

use contracts::Role;
use operator_api::{DatabaseMode, MessagingMode, Peer};
use serde_json::{Value, json};

use crate::{Component, Inputs, ValidatedStack, metadata, names};

/// The name under which the operator's chart labels its pods.
const OPERATOR: &str = "ecommerce-operator";
/// A label that every namespace has: its name.
const NAMESPACE: &str = "kubernetes.io/metadata.name";
/// Where a cache of names on every node listens, where there is one: not a pod that a selector could find.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    Service(Role),
    /// The Jobs that change schemas.
    Migrations,
    /// The Jobs that prepare databases.
    Setup,
    Backup,
    Postgres,
    Rabbitmq,
    Prometheus,
    /// From here on they are not the stack's.
    Operator,
    /// Whoever lets shoppers in: everyone, unless the stack names pods.
    Ingress,
    /// Whom the stack lets read metrics.
    MetricsReader,
    Keda,
    Dns,
    /// Servers that CloudNativePG looks after.
    PostgresCluster,
    /// Nodes that RabbitMQ's operator looks after.
    RabbitmqCluster,
    /// Whoever takes traces, where its namespace is known.
    Collector,
    Anywhere,
}

impl Node {
    /// Everyone with pods of the stack's own.
    pub fn own(stack: &ValidatedStack, inputs: &Inputs) -> Vec<Self> {
        let services = stack.services.iter().map(|plan| Self::Service(plan.role));
        let mut own: Vec<Self> = services.collect();
        own.extend([Self::Migrations, Self::Setup, Self::Backup]);
        let databases = inputs.database.state.modes(stack.network.database);
        own.extend(databases.contains(&DatabaseMode::Embedded).then_some(Self::Postgres));
        own.extend((stack.network.messaging == MessagingMode::Embedded).then_some(Self::Rabbitmq));
        own.extend(stack.observability.embedded.is_some().then_some(Self::Prometheus));
        own
    }

    /// What its policy serves. None: it is not the stack's.
    pub fn component(self) -> Option<Component> {
        match self {
            Self::Service(role) => Some(Component::Service(role)),
            Self::Postgres => Some(Component::Database),
            Self::Rabbitmq => Some(Component::Messaging),
            Self::Prometheus => Some(Component::Prometheus),
            Self::Setup => Some(Component::Setup),
            Self::Backup => Some(Component::Backup),
            // All of them at once.
            Self::Migrations => Some(Component::Stack),
            Self::Operator
            | Self::Ingress
            | Self::MetricsReader
            | Self::Keda
            | Self::Dns
            | Self::PostgresCluster
            | Self::RabbitmqCluster
            | Self::Collector
            | Self::Anywhere => None,
        }
    }

    /// The labels of its pods, which are in the stack's namespace. None: they are elsewhere, or no pods.
    pub(super) fn labels(self, stack: &ValidatedStack) -> Option<Value> {
        match self {
            Self::Migrations => Some(metadata::selector_of(stack, "migration")),
            Self::PostgresCluster => Some(json!({ "cnpg.io/cluster": names::cluster(stack) })),
            Self::RabbitmqCluster => Some(json!({ "app.kubernetes.io/name": names::rabbitmq(stack) })),
            other => Some(metadata::selector(stack, other.component()?)),
        }
    }

    /// As a policy names it. Empty: everyone.
    pub(super) fn peers(self, stack: &ValidatedStack, inputs: &Inputs) -> Vec<Value> {
        let network = &stack.network;
        if let Some(labels) = self.labels(stack) {
            return vec![json!({ "podSelector": { "matchLabels": labels } })];
        }
        match self {
            Self::Operator => {
                vec![elsewhere(
                    &named(&inputs.operator_namespace),
                    &json!({ "app.kubernetes.io/name": OPERATOR }),
                )]
            }
            Self::Ingress => network.ingress_from.iter().map(of_peer).collect(),
            Self::MetricsReader => network.metrics_from.iter().map(of_peer).collect(),
            Self::Keda => vec![elsewhere(&json!({}), &json!({ "app": "keda-operator" }))],
            Self::Dns => vec![
                elsewhere(&named("kube-system"), &json!({ "k8s-app": "kube-dns" })),
                json!({ "ipBlock": { "cidr": NODE_LOCAL_DNS } }),
            ],
            Self::Collector => {
                let namespace = stack.observability.collector.iter().filter_map(|it| it.namespace.as_deref());
                namespace.map(|namespace| elsewhere(&named(namespace), &json!({}))).collect()
            }
            Self::Service(_)
            | Self::Migrations
            | Self::Setup
            | Self::Backup
            | Self::Postgres
            | Self::Rabbitmq
            | Self::Prometheus
            | Self::PostgresCluster
            | Self::RabbitmqCluster
            | Self::Anywhere => Vec::new(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Service(role) => role.name(),
            Self::Migrations => "migrations",
            Self::Setup => "setup",
            Self::Backup => "backup",
            Self::Postgres => "postgres",
            Self::Rabbitmq => "rabbitmq",
            Self::Prometheus => "prometheus",
            Self::Operator => "operator",
            Self::Ingress => "ingress",
            Self::MetricsReader => "metrics-reader",
            Self::Keda => "keda",
            Self::Dns => "dns",
            Self::PostgresCluster => "postgres-cluster",
            Self::RabbitmqCluster => "rabbitmq-cluster",
            Self::Collector => "collector",
            Self::Anywhere => "anywhere",
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn of_peer(peer: &Peer) -> Value {
    elsewhere(&json!(peer.namespace_labels), &json!(peer.pod_labels))
}

/// Pods of other namespaces, by the labels of both; without labels all of them.
fn elsewhere(namespace: &Value, pods: &Value) -> Value {
    let any = || json!({ "matchExpressions": [{ "key": NAMESPACE, "operator": "Exists" }] });
    let mut peer = json!({ "namespaceSelector": selector(namespace).unwrap_or_else(any) });
    if let Some(pods) = selector(pods) {
        peer["podSelector"] = pods;
    }
    peer
}

fn selector(labels: &Value) -> Option<Value> {
    labels.as_object().is_some_and(|labels| !labels.is_empty()).then(|| json!({ "matchLabels": labels }))
}

fn named(namespace: &str) -> Value {
    json!({ NAMESPACE: namespace })
}
