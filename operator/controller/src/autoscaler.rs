//! How many pods each service has, decided beside the passes: who knows what, and what is done about it when.
//!
//! Prometheus is asked at ticks. In between a stack is looked at again as soon as something about it changes, with what
//! Prometheus said last. A look costs no request, and what follows from it is done beside the others.

pub mod collect;
mod errands;
mod heard;
mod hold;
mod judge;
mod line;
mod pause;
mod perform;
mod publication;
mod registration;
mod rivals;
mod rounds;
mod run;
mod state;
mod table;
mod told;
mod until;
mod view;
mod watches;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contracts::Role;
use kube::runtime::events::Recorder;

use self::collect::Collector;
use self::heard::Listings;
use self::publication::Publication;
use self::rivals::Rivals;
use self::rounds::Heard;
use self::state::State;
use self::view::View;
use crate::clock::Clock;
use crate::cluster::Cluster;
use crate::discovery::Discovery;
use crate::metrics::Metrics;
use crate::pass::Tools;
use crate::scope::Scope;
use crate::stack_key::StackKey;

pub use self::hold::Mark;
pub use self::line::{Data, Line, Standing, said};
pub use self::pause::{Pause, pause};
pub use self::registration::{Registration, Remembered};
pub use self::table::{Report, Table};
#[cfg(test)]
pub use self::until::Until;
pub use self::view::{HOLD_UNTIL, Marks, PAUSED, RESUME_REPLICAS, workload};

/// All of it belongs to one loop; with passes it shares the table.
pub struct Autoscaler {
    table: Arc<Table>,
    cluster: Cluster,
    recorder: Recorder,
    clock: Clock,
    discovery: Discovery,
    scope: Scope,
    metrics: Metrics,
    collector: Arc<Collector>,
    stacks: HashMap<StackKey, Stack>,
    rivals: Rivals,
    listings: Listings,
}

#[derive(Default)]
struct Stack {
    /// Boxed: a node of the map has room for eleven.
    services: BTreeMap<Role, Box<Service>>,
    /// What was found at the last look is being done.
    busy: bool,
    /// Something has changed meanwhile.
    again: bool,
}

#[derive(Default)]
struct Service {
    view: Option<View>,
    state: State,
    heard: Option<Arc<Heard>>,
    publication: Publication,
}

impl Autoscaler {
    pub fn new(tools: &Tools, scope: Scope, metrics: Metrics) -> Self {
        Self {
            table: tools.table.clone(),
            cluster: tools.cluster.clone(),
            recorder: tools.recorder.clone(),
            clock: tools.clock.clone(),
            discovery: tools.discovery.clone(),
            scope,
            collector: Arc::new(Collector::new(metrics.clone())),
            metrics,
            stacks: HashMap::new(),
            rivals: Rivals::default(),
            listings: Listings::default(),
        }
    }
}

#[cfg(test)]
mod tests;
