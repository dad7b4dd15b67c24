//! What became of every object of a stack in this pass: all that status may speak of.

use operator_desired::{Component, Kind, SecretReference, Step, ValidatedStack};

use super::wanted::Wanted;
use crate::broker::Report;
use crate::facts::Hurdle;
use crate::live::{Live, LiveObject};
use crate::workload;

/// Only `apply` makes one.
pub struct Applied {
    /// As the objects are after this pass.
    pub live: Live,
    pub missing: Vec<SecretReference>,
    pub broker: Report,
    pub course: Course,
}

pub enum Course {
    /// Nothing was built.
    Left(Hurdle),
    Built(Box<Built>),
}

pub struct Built {
    pub paused: bool,
    pub fates: Vec<Fate>,
    /// The hash of what was built.
    pub revision: String,
    /// What it was built from.
    pub checked: Box<ValidatedStack>,
}

/// What became of one object.
pub struct Fate {
    pub step: Step,
    pub kind: &'static Kind,
    pub component: Component,
    pub name: String,
    /// Pods with which a Deployment is up.
    pub least: Option<i32>,
    pub end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    AsWanted,
    /// Waits for an earlier wave, or for the end of a pause.
    Held,
    /// Is being deleted, and has to go before it can come back.
    Leaving,
    /// The API server would not have it; says why.
    Refused(String),
}

impl Fate {
    pub fn new(wanted: &Wanted, end: End) -> Self {
        Self {
            step: wanted.step,
            kind: wanted.kind,
            component: wanted.component,
            name: wanted.name.clone(),
            least: wanted.least_replicas,
            end,
        }
    }

    pub fn title(&self) -> String {
        format!("{} {}", self.kind.kind, self.name)
    }

    /// As wanted, and whatever runs in it is up: what the next wave waits for. The shop runs without Prometheus.
    pub fn settled(&self, live: &Live) -> bool {
        let needed = self.component != Component::Prometheus;
        self.end == End::AsWanted
            && live.get(self.kind, &self.name).is_some_and(|found| !needed || up(found, self.least))
    }
}

impl Built {
    /// Every object is as wanted, whether or not it is up.
    pub fn complete(&self) -> bool {
        self.fates.iter().all(|fate| fate.end == End::AsWanted)
    }

    pub fn settled(&self, live: &Live) -> bool {
        self.fates.iter().all(|fate| fate.settled(live))
    }
}

fn up(object: &LiveObject, least: Option<i32>) -> bool {
    match object.kind.kind {
        "Deployment" => workload::deployment(&object.value, least).up(),
        "StatefulSet" => workload::stateful_set(&object.value).up(),
        "RabbitmqCluster" => workload::rabbitmq_cluster(&object.value).up(),
        "Job" => workload::job(&object.value) == workload::JobState::Complete,
        _ => true,
    }
}
