//! What is known of a stack at the end of a pass: all that the status is computed from.

use std::collections::BTreeMap;

use contracts::Role;
use operator_desired::{Alone, Component, Invalid, SecretReference, Step};

use crate::autoscaler::Line;
use crate::broker::Report;
use crate::exposure::Exposure;
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
    pub messaging: Server,
    /// What is in the broker.
    pub broker: Report,
    pub migrations: Vec<Migration>,
    pub services: Vec<Service>,
    /// What the autoscaler has reported so far.
    pub scaling: BTreeMap<Role, Line>,
    pub troubles: Vec<Trouble>,
    /// The set of objects that has been applied completely, by its hash.
    pub revision: Option<String>,
    pub url: Option<String>,
    /// Whose defaults are in force.
    pub profile: Option<String>,
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
    Service(String),
}

impl Part {
    /// Of an object that was built; None where it runs nothing.
    pub fn of(component: Component, kind: &str) -> Option<Self> {
        match (component, kind) {
            (Component::Database, "StatefulSet") => Some(Self::Database),
            (Component::Messaging, "StatefulSet" | "RabbitmqCluster") => Some(Self::Messaging),
            (Component::Migration(role), "Job") => Some(Self::Migration(role.name().to_owned())),
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
                let (role, _hash) = job.strip_prefix("migrate-")?.rsplit_once('-')?;
                Some(Self::Migration(role.to_owned()))
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
            messaging: Server::default(),
            broker: Report::default(),
            migrations: Vec::new(),
            services: Vec::new(),
            scaling: BTreeMap::new(),
            troubles: Vec::new(),
            revision: None,
            url: None,
            profile: None,
            exposure: Exposure::Closed,
            alone: None,
        }
    }

    /// Workloads that exist and are not up.
    pub fn down(&self) -> Vec<String> {
        let down = |pods: &Option<Pods>| pods.as_ref().is_some_and(|pods| !pods.up());
        let servers = [&self.database, &self.messaging].into_iter().filter(|server| down(&server.pods));
        let services = self.services.iter().filter(|service| down(&service.pods));
        let jobs = self.migrations.iter().filter(|migration| migration.state == Some(JobState::Running));
        servers
            .map(|server| &server.workload)
            .chain(services.map(|service| &service.workload))
            .chain(jobs.map(|migration| &migration.job))
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
    use operator_desired::{BrokerInputs, DefaultImages, Inputs, Offers, RootSecret, build, validate};
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
            offers: Offers::all(),
            bounds: BTreeMap::new(),
            paused: BTreeMap::new(),
            credentials: None,
            broker: BrokerInputs::default(),
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
        assert_eq!(parts, 2 + 6 + 8, "two servers, six migrations, eight services");
    }
}
