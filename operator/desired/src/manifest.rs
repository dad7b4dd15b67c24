//! One Kubernetes object as it is to be applied, and the table of kinds.

use contracts::Role;
use serde_json::{Value, json};

use crate::{ValidatedStack, metadata};

/// A kind of object that stacks are made of. Everything about kinds comes from [`Manifest::KINDS`]: what the
/// controller watches, what it prunes, and what the chart's ClusterRole permits.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    /// Deleted when the stack no longer asks for it. Volumes are not: they hold what nothing can bring back.
    pub pruned: bool,
    /// Of somebody else's making: a cluster may not know it.
    pub optional: bool,
}

impl Component {
    /// The value of `app.kubernetes.io/component`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Database => "database",
            Self::Messaging => "messaging",
            Self::Prometheus => "metrics",
            Self::Migration(_) => "migration",
            Self::Setup => "setup",
            Self::Backup => "backup",
            Self::Service(_) => "service",
        }
    }
}

impl Kind {
    /// Of the table; nothing else is ever built or looked for.
    pub fn named(name: &str) -> &'static Self {
        Manifest::KINDS.iter().find(|kind| kind.kind == name).expect("only kinds of the table are named")
    }

    /// As it stands in `apiVersion`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// What part of the stack an object serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    Stack,
    Database,
    Messaging,
    /// What gathers metrics; the shop runs without it.
    Prometheus,
    /// Jobs that bring a database to the schema of its service: expand before the pods, contract after them.
    Migration(Role),
    Service(Role),
    /// Jobs that prepare databases or the broker, once.
    Setup,
    /// Dumps of databases.
    Backup,
}

/// One object, complete but for `spec.replicas` of Deployments.
#[derive(Clone, Debug)]
pub struct Manifest {
    kind: &'static Kind,
    component: Component,
    value: Value,
    replicas: Option<Replicas>,
}

/// The pods of a Deployment, which are never part of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replicas {
    /// To create it with.
    pub initial: u32,
    /// With so many it serves, whoever wants more of them at present.
    pub least: u32,
}

const fn kind(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    pruned: bool,
) -> Kind {
    Kind { group, version, kind, plural, pruned, optional: false }
}

const fn optional(
    group: &'static str,
    version: &'static str,
    name: &'static str,
    plural: &'static str,
) -> Kind {
    Kind { optional: true, ..kind(group, version, name, plural, true) }
}

impl Manifest {
    pub const KINDS: &'static [Kind] = &[
        kind("", "v1", "ServiceAccount", "serviceaccounts", true),
        kind("", "v1", "ConfigMap", "configmaps", true),
        kind("", "v1", "Secret", "secrets", true),
        kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", false),
        kind("", "v1", "Service", "services", true),
        kind("apps", "v1", "StatefulSet", "statefulsets", true),
        kind("apps", "v1", "Deployment", "deployments", true),
        kind("batch", "v1", "Job", "jobs", true),
        kind("batch", "v1", "CronJob", "cronjobs", true),
        kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
        kind("networking.k8s.io", "v1", "Ingress", "ingresses", true),
        kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
        kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true),
        optional("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"),
        optional("keda.sh", "v1alpha1", "TriggerAuthentication", "triggerauthentications"),
        optional("monitoring.coreos.com", "v1", "PodMonitor", "podmonitors"),
        optional("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
        optional("cert-manager.io", "v1", "Certificate", "certificates"),
        // Volumes of these hold what nothing can bring back.
        Kind { pruned: false, ..optional("rabbitmq.com", "v1beta1", "RabbitmqCluster", "rabbitmqclusters") },
        Kind { pruned: false, ..optional("postgresql.cnpg.io", "v1", "Cluster", "clusters") },
        optional("postgresql.cnpg.io", "v1", "DatabaseRole", "databaseroles"),
        optional("postgresql.cnpg.io", "v1", "Database", "databases"),
        optional("postgresql.cnpg.io", "v1", "Pooler", "poolers"),
        optional("postgresql.cnpg.io", "v1", "ScheduledBackup", "scheduledbackups"),
    ];

    /// `content` is everything but apiVersion, kind and metadata.
    pub(crate) fn new(
        kind: &str,
        stack: &ValidatedStack,
        component: Component,
        name: String,
        content: Value,
    ) -> Self {
        let kind = Kind::named(kind);
        let mut value = content;
        value["apiVersion"] = json!(kind.api_version());
        value["kind"] = json!(kind.kind);
        value["metadata"] = metadata::of_object(stack, component, &name);
        Self { kind, component, value, replicas: None }
    }

    pub(crate) fn with_annotations(mut self, annotations: &Value) -> Self {
        if annotations.as_object().is_some_and(|map| !map.is_empty()) {
            self.value["metadata"]["annotations"] = annotations.clone();
        }
        self
    }

    pub(crate) fn with_label(mut self, label: &str, value: &str) -> Self {
        self.value["metadata"]["labels"][label] = json!(value);
        self
    }

    pub(crate) fn with_replicas(mut self, replicas: Replicas) -> Self {
        self.replicas = Some(replicas);
        self
    }

    /// Survives the stack.
    pub(crate) fn without_owner(mut self) -> Self {
        if let Some(metadata) = self.value["metadata"].as_object_mut() {
            metadata.remove("ownerReferences");
        }
        self
    }

    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    pub fn component(&self) -> Component {
        self.component
    }

    /// The content of a ConfigMap or Secret. Hashes are taken over this, so that a label can change without a restart.
    pub(crate) fn data(&self) -> &Value {
        &self.value["data"]
    }

    /// What to apply.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Replicas to create a Deployment with; None for every other kind. Never to be applied: from then on the count
    /// belongs to whoever writes the scale subresource.
    pub fn initial_replicas(&self) -> Option<u32> {
        self.replicas.map(|replicas| replicas.initial)
    }

    /// Pods with which a Deployment is up; more may be on their way. None for every other kind.
    pub fn least_replicas(&self) -> Option<u32> {
        self.replicas.map(|replicas| replicas.least)
    }

    /// The image of its first container; None where it has no pods.
    pub fn image(&self) -> Option<&str> {
        self.value["spec"]["template"]["spec"]["containers"][0]["image"].as_str()
    }

    pub fn name(&self) -> &str {
        self.value["metadata"]["name"].as_str().expect("every manifest is named")
    }

    pub fn namespace(&self) -> &str {
        self.value["metadata"]["namespace"].as_str().expect("every manifest has a namespace")
    }
}
