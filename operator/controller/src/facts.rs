//! What is known of a stack at the end of a pass: all that the status is computed from.

use std::collections::BTreeMap;

use contracts::{Role, identity};
use k8s_openapi::jiff::Timestamp;
use operator_api::DatabaseMode;
use operator_desired::{Alone, Component, DatabaseState, Invalid, Move, SecretReference, Step};

use crate::autoscaler::Line;
use crate::broker::Report;
use crate::exposure::Exposure;
use crate::pass::held::Held;
use crate::pki::Phase;
use crate::rollout::Release;
use crate::stack_key::StackKey;
use crate::workload::{JobState, Pods};

#[derive(Clone, Debug)]
pub struct Facts {
    pub key: StackKey,
    pub paused: bool,
    /// Why nothing could be built.
    pub hurdle: Option<Hurdle>,
    /// Secrets that the spec names and that are not there.
    pub missing: Vec<SecretReference>,
    pub refused: Vec<Refusal>,
    /// The first wave that is not through; None: all are.
    pub stage: Option<Step>,
    pub database: Server,
    pub data: Data,
    /// Jobs that prepare, restore or move databases.
    pub errands: Vec<Errand>,
    /// Scheduled dumps; None: there are none.
    pub backup: Option<Backup>,
    pub messaging: Server,
    /// What is in the broker.
    pub broker: Report,
    pub migrations: Vec<Migration>,
    /// Jobs that remove what only older pods used.
    pub contracts: Vec<Migration>,
    /// The change of pods; None: nothing could be built.
    pub release: Option<Release>,
    /// A change waits for permission.
    pub waits: bool,
    /// Until when what only older pods used is kept; None: nothing waits for that.
    pub soaks_until: Option<Timestamp>,
    /// `operation.stopped`, or a database on its way: no pods of services.
    pub services_stopped: bool,
    pub services: Vec<Service>,
    /// What the autoscaler has reported so far.
    pub scaling: BTreeMap<Role, Line>,
    pub troubles: Vec<Trouble>,
    /// The set of objects that has been applied completely, by its hash.
    pub revision: Option<String>,
    pub url: Option<String>,
    /// Whose defaults are in force.
    pub profile: Option<String>,
    /// None: nobody has any, or nothing is known of them.
    pub certificates: Option<Certificates>,
    /// What can't be changed about them before the stack has been stopped.
    pub held: Option<Held>,
    pub exposure: Exposure,
    /// What has no second of its kind; None: nothing was built, so nothing is known.
    pub alone: Option<Vec<Alone>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hurdle {
    Invalid(Vec<Invalid>),
    /// The root Secret can't be used; says why and what to do.
    Root(String),
    /// The Secret of an external broker is missing or says nothing; says why and what to do.
    Broker(String),
    /// Children of a deleted stack of this name are still going.
    Leaving(Vec<String>),
    /// Paused before anything was made.
    NothingMade,
    /// Kinds that the spec needs and the cluster does not know; says what to install.
    NotInstalled(String),
    /// A Secret of the user's that can't be used; says why and what to do.
    Reference(String),
}

/// The stack's CA and certificates.
#[derive(Clone, Debug, Default)]
pub struct Certificates {
    /// None: the CA is not the operator's, or there is none yet.
    pub phase: Option<Phase>,
    /// What a rotation waits for.
    pub waiting: Option<String>,
    /// cert-manager is to make them, and is not there.
    pub not_installed: bool,
    /// Names of Secrets without a certificate that is as it should be.
    pub missing: Vec<String>,
    pub expired: Vec<String>,
    pub refused: Vec<Refusal>,
    pub authority_expires: Option<Timestamp>,
    /// When the next one is to be replaced.
    pub next: Option<Timestamp>,
    /// Of the CAs that are trusted, by its hash.
    pub bundle: Option<String>,
    /// When each one ends.
    pub leaves: Vec<(identity::Part, Timestamp)>,
}

/// An object that the API server would not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub title: String,
    pub message: String,
}

/// Postgres or RabbitMQ; None: there is no such workload.
#[derive(Clone, Debug, Default)]
pub struct Server {
    pub workload: String,
    pub pods: Option<Pods>,
}

/// Where the data is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Data {
    /// The mode that it is in; of a new stack, the one that it will be in.
    pub home: DatabaseMode,
    /// As this pass acted on.
    pub state: DatabaseState,
    /// What comes of it.
    pub next: DatabaseState,
}

impl Data {
    /// Under way, or begun by this pass.
    pub fn moving(&self) -> Option<Move> {
        self.state.moving.or(self.next.moving)
    }
}

/// Work on databases that is done once.
#[derive(Clone, Debug)]
pub struct Errand {
    pub kind: ErrandKind,
    pub job: String,
    /// None: there is no such Job yet.
    pub state: Option<JobState>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrandKind {
    /// Roles and databases on somebody else's server.
    Roles,
    Restore,
    Move,
}

impl ErrandKind {
    /// Of a Job of this name, in a stack of that.
    pub fn of(stack: &str, job: &str) -> Option<Self> {
        let (name, _hash) = job.strip_prefix(stack)?.strip_prefix('-')?.rsplit_once('-')?;
        match name {
            "database" => Some(Self::Roles),
            "restore" => Some(Self::Restore),
            "move" => Some(Self::Move),
            _ => None,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Roles => "making roles and databases",
            Self::Restore => "reading the dump",
            Self::Move => "copying the data",
        }
    }
}

/// Dumps at set times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    /// The CronJob or ScheduledBackup.
    pub title: String,
    /// When the last one was complete.
    pub succeeded: Option<Timestamp>,
    /// The last one that failed, if none has succeeded since; its name, and why.
    pub failed: Option<(String, String)>,
    /// Two of them should have been made since the last success.
    pub overdue: bool,
}

#[derive(Clone, Debug)]
pub struct Migration {
    pub role: String,
    pub job: String,
    /// None: there is no such Job yet.
    pub state: Option<JobState>,
}

#[derive(Clone, Debug)]
pub struct Service {
    pub name: String,
    pub workload: String,
    /// None: there is no such Deployment.
    pub pods: Option<Pods>,
    pub image: Option<String>,
    /// How often it has been rolled out.
    pub revision: Option<i64>,
}

impl Service {
    pub fn up(&self) -> bool {
        self.pods.as_ref().is_some_and(Pods::up)
    }
}

/// A pod that will not come up by waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub workload: String,
    /// With the command that shows more.
    pub message: String,
}

/// What runs, without the objects around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Database,
    Messaging,
    Migration(String),
    Contract(String),
    Service(String),
}

impl Part {
    /// Of an object that was built; None where it runs nothing.
    pub fn of(component: Component, kind: &str) -> Option<Self> {
        match (component, kind) {
            (Component::Database, "StatefulSet") => Some(Self::Database),
            (Component::Messaging, "StatefulSet" | "RabbitmqCluster") => Some(Self::Messaging),
            (Component::Migration(role), "Job") => Some(Self::Migration(role.name().to_owned())),
            (Component::Contract(role), "Job") => Some(Self::Contract(role.name().to_owned())),
            (Component::Service(role), "Deployment") => Some(Self::Service(role.name().to_owned())),
            _ => None,
        }
    }

    /// Of an object that was found, where nothing could be built to tell: read from its name.
    pub fn named(stack: &str, kind: &str, name: &str) -> Option<Self> {
        let part = name.strip_prefix(stack)?.strip_prefix('-')?;
        match (kind, part) {
            ("StatefulSet", "postgres") => Some(Self::Database),
            ("StatefulSet" | "RabbitmqCluster", "rabbitmq") => Some(Self::Messaging),
            ("Deployment", service) => Some(Self::Service(service.to_owned())),
            ("Job", job) => {
                let (purpose, rest) = job.split_once('-')?;
                let role = rest.rsplit_once('-')?.0.to_owned();
                match purpose {
                    "migrate" => Some(Self::Migration(role)),
                    "drop" => Some(Self::Contract(role)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl Facts {
    /// Of a stack that nothing is known of.
    pub fn nothing(key: StackKey) -> Self {
        Self {
            key,
            paused: false,
            hurdle: None,
            missing: Vec::new(),
            refused: Vec::new(),
            stage: None,
            database: Server::default(),
            data: Data::default(),
            errands: Vec::new(),
            backup: None,
            messaging: Server::default(),
            broker: Report::default(),
            migrations: Vec::new(),
            contracts: Vec::new(),
            release: None,
            waits: false,
            soaks_until: None,
            services_stopped: false,
            services: Vec::new(),
            scaling: BTreeMap::new(),
            troubles: Vec::new(),
            revision: None,
            url: None,
            profile: None,
            certificates: None,
            held: None,
            exposure: Exposure::Closed,
            alone: None,
        }
    }

    /// Nothing is left to change but what only older pods used.
    pub fn every_service_runs(&self) -> bool {
        self.hurdle.is_none() && self.stage.is_none_or(|step| step == Step::Contract)
    }

    /// Workloads that exist and are not up.
    pub fn down(&self) -> Vec<String> {
        let down = |pods: &Option<Pods>| pods.as_ref().is_some_and(|pods| !pods.up());
        let servers = [&self.database, &self.messaging].into_iter().filter(|server| down(&server.pods));
        let services = self.services.iter().filter(|service| down(&service.pods));
        let jobs = self
            .migrations
            .iter()
            .chain(&self.contracts)
            .filter(|migration| migration.state == Some(JobState::Running));
        let errands = self.errands.iter().filter(|errand| errand.state == Some(JobState::Running));
        servers
            .map(|server| &server.workload)
            .chain(services.map(|service| &service.workload))
            .chain(jobs.map(|migration| &migration.job))
            .chain(errands.map(|errand| &errand.job))
            .cloned()
            .collect()
    }

    pub fn trouble(&self, workload: &str) -> Option<&Trouble> {
        self.troubles.iter().find(|trouble| trouble.workload == workload)
    }

    /// `kubectl -n <namespace>`: how every command in a message begins.
    pub fn kubectl(&self) -> String {
        format!("kubectl -n {}", self.key.namespace)
    }

    pub fn labels(&self) -> String {
        format!("app.kubernetes.io/instance={}", self.key.name)
    }
}

#[cfg(test)]
mod tests {
    use operator_desired::{
        BrokerInputs, DatabaseInputs, DefaultImages, Inputs, Offers, RootSecret, build, validate,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_is_told_from_its_name_as_from_its_manifest() {
        let stack = json!({
            "apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
            "metadata": {"name": "my-shop", "namespace": "shops", "uid": "1"}, "spec": {},
        });
        let stack = validate(&serde_json::from_value(stack).unwrap()).unwrap();
        let images = DefaultImages {
            shop: "s".into(),
            postgres: "p".into(),
            rabbitmq: "r".into(),
            prometheus: "m".into(),
        };
        let inputs = Inputs {
            root: RootSecret::new([1; 32]),
            images,
            contracts: [(Role::Orders, "0.1.0")].into(),
            offers: Offers::all(),
            bounds: BTreeMap::new(),
            paused: BTreeMap::new(),
            credentials: None,
            broker: BrokerInputs::default(),
            database: DatabaseInputs::default(),
            operator_namespace: "system".to_owned(),
        };
        let desired = build(&stack, &inputs);
        let mut parts = 0;
        for manifest in desired.manifests() {
            let kind = manifest.kind().kind;
            let known = Part::of(manifest.component(), kind);
            assert_eq!(Part::named("my-shop", kind, manifest.name()), known, "{kind} {}", manifest.name());
            parts += usize::from(known.is_some());
        }
        assert_eq!(parts, 2 + 6 + 1 + 8, "two servers, six migrations, one contract, eight services");
    }
}
