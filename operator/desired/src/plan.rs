//! A stack that is known to make sense: what `validate` parses the spec into.

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::Role;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use operator_api::{DatabaseMode, IssuerRef, MessagingMode, ParentRef, Peer, Profile};

use crate::messaging::MessagingPlan;
use crate::quantity::Bytes;
use crate::resources::Demand;
use crate::{CertificatePlan, DatabasePlan, DefaultImages, Operation, PrometheusPlan, ScalingPlan, image};

/// A stack whose every field has been checked; only [`validate`](crate::validate) makes one.
#[derive(Clone, Debug)]
pub struct ValidatedStack {
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// None: rendered from a file, so nothing owns the objects.
    pub(crate) uid: Option<String>,
    pub(crate) profile: Profile,
    pub(crate) release: Release,
    pub(crate) services: Vec<ServicePlan>,
    pub(crate) pull: Pull,
    /// Of every pod, beside ours.
    pub(crate) pod_labels: BTreeMap<String, String>,
    /// Of every pod.
    pub(crate) priority_class: Option<String>,
    pub(crate) database: DatabasePlan,
    pub(crate) messaging: MessagingPlan,
    pub(crate) door: Option<Door>,
    pub(crate) network: Network,
    pub(crate) alone: Vec<Alone>,
    pub(crate) observability: Observability,
    /// Whether every connection inside the stack is secured with certificates of both sides.
    pub(crate) mtls: bool,
    pub(crate) certificates: CertificatePlan,
    pub(crate) keeps_volumes: bool,
    pub(crate) operation: Operation,
    /// Whether the data may go to another mode.
    pub(crate) moves_database: bool,
}

/// Which shop it is, where a service does not say.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// None: the operator's default image.
    pub image: Option<String>,
    /// None: as the image says.
    pub version: Option<String>,
}

/// An enabled service.
#[derive(Clone, Debug)]
pub struct ServicePlan {
    pub role: Role,
    /// None: that of the stack's release.
    pub image: Option<String>,
    pub scaling: ScalingPlan,
    pub(crate) demand: Demand,
    /// A Secret whose keys become variables of the role.
    pub(crate) secret: Option<String>,
    /// What the role takes from the environment besides addresses and secrets.
    pub(crate) environment: BTreeMap<&'static str, String>,
    /// What goes over the pod template at last.
    pub(crate) overrides: Option<Box<PodTemplateSpec>>,
}

/// How the kubelet gets images.
#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub policy: &'static str,
    pub secrets: Vec<String>,
}

/// Postgres, one pod of it.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub version: &'static str,
    pub image: Option<String>,
    pub volume: Volume,
}

/// How much a volume holds, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Volume {
    pub size: Bytes,
    /// None: the cluster's default.
    pub class: Option<String>,
}

/// Where metrics are, who gathers them, and who takes traces.
#[derive(Clone, Debug)]
pub(crate) struct Observability {
    pub prometheus: PrometheusPlan,
    /// None: the stack has no Prometheus of its own.
    pub embedded: Option<MetricsServer>,
    /// Whether there are PodMonitors where the cluster knows the kind.
    pub pod_monitors: bool,
    /// None: nothing is traced.
    pub collector: Option<Collector>,
}

/// Whom services send their traces to.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    pub url: String,
    pub port: u16,
    /// Of its pods, where the address tells. None: it may be anywhere.
    pub namespace: Option<String>,
}

/// The stack's own Prometheus.
#[derive(Clone, Debug)]
pub(crate) struct MetricsServer {
    pub image: Option<String>,
    pub volume: Volume,
    pub retention: Duration,
}

/// A part of the stack that has no second of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alone {
    pub what: String,
    /// The field that changes that, with a value.
    pub remedy: String,
}

/// What packets may pass.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub enabled: bool,
    /// Who may reach the gateway; None: everyone.
    pub ingress_from: Option<Peer>,
    /// Who may read metrics besides those who must.
    pub metrics_from: Option<Peer>,
    pub database: DatabaseMode,
    pub messaging: MessagingMode,
    /// The port of the store that dumps go to, and of the one that they come from.
    pub dumps_to: Option<u16>,
    pub restored_from: Option<u16>,
}

/// The way in from outside.
#[derive(Clone, Debug)]
pub struct Door {
    /// Empty: it answers to every name.
    pub hosts: Vec<String>,
    pub kind: DoorKind,
}

#[derive(Clone, Debug)]
pub enum DoorKind {
    Ingress {
        /// None: the cluster's default.
        class: Option<String>,
        annotations: BTreeMap<String, String>,
        certificate: Option<DoorCertificate>,
    },
    /// A route at Gateways that somebody else keeps.
    Gateway { parents: Vec<ParentRef>, https: bool },
}

/// What the Ingress serves HTTPS with.
#[derive(Clone, Debug)]
pub struct DoorCertificate {
    pub secret: String,
    /// Who fills the Secret, where cert-manager is to.
    pub issuer: Option<IssuerRef>,
}

impl ValidatedStack {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Whose defaults are in force.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Whether to change nothing for now.
    pub fn paused(&self) -> bool {
        self.operation.paused
    }

    /// What may be done, and when.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The image of every service that names none of its own.
    pub fn image(&self, defaults: &DefaultImages) -> String {
        match (&self.release.image, &self.release.version) {
            (Some(image), Some(version)) => image::at_version(image, version),
            (Some(image), None) => image.clone(),
            (None, Some(version)) => image::of_version(&defaults.shop, version),
            (None, None) => defaults.shop.clone(),
        }
    }

    pub fn mtls(&self) -> bool {
        self.mtls
    }

    /// Who runs the broker.
    pub fn messaging(&self) -> &MessagingPlan {
        &self.messaging
    }

    pub fn certificates(&self) -> &CertificatePlan {
        &self.certificates
    }

    /// Where its metrics are.
    pub fn prometheus(&self) -> &PrometheusPlan {
        &self.observability.prometheus
    }

    /// None: nothing leads in from outside.
    pub fn door(&self) -> Option<&Door> {
        self.door.as_ref()
    }

    /// What stands alone, so that its loss stops something.
    pub fn alone(&self) -> &[Alone] {
        &self.alone
    }

    /// The enabled services, in the order of the Role table.
    pub fn services(&self) -> &[ServicePlan] {
        &self.services
    }

    /// How far a service is from those that call nobody: what it calls is changed before it.
    pub fn layer(&self, role: Role) -> usize {
        let called = role.spec().calls.iter().filter(|called| self.has(**called));
        called.map(|called| self.layer(*called) + 1).max().unwrap_or(0)
    }

    pub(crate) fn has(&self, role: Role) -> bool {
        self.services.iter().any(|service| service.role == role)
    }

    /// Where shoppers find the shop; None where no host is named or nothing leads in from outside.
    pub fn url(&self) -> Option<String> {
        let door = self.door.as_ref()?;
        let host = door.hosts.iter().find(|host| !host.starts_with('*'))?;
        let secure = match &door.kind {
            DoorKind::Ingress { certificate, .. } => certificate.is_some(),
            DoorKind::Gateway { https, .. } => *https,
        };
        let scheme = if secure { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }
}
