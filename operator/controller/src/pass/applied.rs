//! What became of every object of a stack in this pass: all that status may speak of.

use operator_desired::{Component, DatabaseState, Kind, SecretReference, Step, ValidatedStack};

use super::certificates::is_ready;
use super::wanted::Wanted;
use crate::broker::Report;
use crate::facts::Hurdle;
use crate::live::{Live, LiveObject};
use crate::rollout::{Release, Soak};
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
    pub checked: ValidatedStack,
    pub release: Release,
    pub services_stopped: bool,
    pub soak: Soak,
    /// Where the data was then.
    pub state: DatabaseState,
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
    /// Waits for somebody's word, for a window, or until the services run again.
    Waits,
    /// Waits for the end of the soak; all else is as wanted.
    Soaks,
    /// Is again, or still, as it was before a release that failed.
    WentBack,
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

    /// As wanted, and whatever runs in it is up: what the next wave waits for.
    pub fn settled(&self, live: &Live) -> bool {
        self.end == End::AsWanted && self.runs(live)
    }

    /// Whatever runs in it is up. The shop runs without Prometheus.
    pub fn runs(&self, live: &Live) -> bool {
        let needed = self.component != Component::Prometheus;
        live.get(self.kind, &self.name).is_some_and(|found| !needed || up(found, self.least))
    }
}

impl Built {
    /// Every object is as wanted, whether or not it is up.
    pub fn complete(&self) -> bool {
        self.fates.iter().all(|fate| matches!(fate.end, End::AsWanted | End::Soaks))
    }

    /// The first wave that is not through. What only soaks is not on its way.
    pub fn stage(&self, live: &Live) -> Option<Step> {
        let open = |fate: &&Fate| fate.end != End::Soaks && !fate.settled(live);
        self.fates.iter().find(open).map(|fate| fate.step)
    }

    /// Databases and broker are up, and what prepares them is done.
    pub fn prepared(&self, live: &Live) -> bool {
        self.fates.iter().filter(|fate| fate.step <= Step::Setup).all(|fate| fate.settled(live))
    }

    /// Every service runs as wanted.
    pub fn settled(&self, live: &Live) -> bool {
        self.stage(live).is_none_or(|step| step == Step::Contract)
    }

    /// Whether any object met this end.
    pub fn any(&self, end: &End) -> bool {
        self.fates.iter().any(|fate| fate.end == *end)
    }
}

fn up(object: &LiveObject, least: Option<i32>) -> bool {
    match object.kind.kind {
        "Deployment" => workload::deployment(&object.value, least).up(),
        "StatefulSet" => workload::stateful_set(&object.value).up(),
        "RabbitmqCluster" => workload::rabbitmq_cluster(&object.value).up(),
        "Cluster" => workload::postgres_cluster(&object.value).up(),
        "Database" | "DatabaseRole" => workload::carried_out(&object.value),
        "Certificate" => is_ready(object),
        "Job" => workload::job(&object.value) == workload::JobState::Complete,
        _ => true,
    }
}
