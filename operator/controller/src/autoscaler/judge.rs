//! What to do about one service, from all that is known of it. Pure: who does it, and when, is the loop's.

mod actuated;
mod data;
mod own;
mod stopped;

use std::sync::Arc;

use contracts::Role;
use k8s_openapi::jiff::Timestamp;
use operator_api::ScalingMode;
use operator_desired::ScalingPlan;
use operator_scaling::Moment;

use super::line::{Data, Line, Standing};
use super::registration::Registration;
use super::rivals::Rivalry;
use super::rounds::Heard;
use super::state::State;
use super::told::Told;
use super::until::Until;
use super::view::{View, workload};
use crate::stack_key::StackKey;

pub struct Seen<'a> {
    pub now: Timestamp,
    pub stack: &'a StackKey,
    pub role: Role,
    pub plan: &'a ScalingPlan,
    pub view: &'a View,
    pub rivalry: Option<Rivalry>,
    /// The annotation of the stack that pauses all of its services.
    pub paused: Option<&'a str>,
    /// Whether the cluster knows KEDA's kinds.
    pub keda: bool,
    /// What the plan is part of.
    pub registration: &'a Arc<Registration>,
    /// None: Prometheus has not been asked yet.
    pub heard: Option<&'a Arc<Heard>>,
}

impl Seen<'_> {
    /// The command that changes an annotation of the Deployment, after `kubectl`.
    pub fn annotate(&self, change: &str) -> String {
        let (namespace, name) = (&self.stack.namespace, workload(&self.stack.name, self.role));
        format!("-n {namespace} annotate deployment {name} {change}")
    }
}

/// One write. What it changes in the state is changed when it is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Scale {
        to: u32,
        /// When the sample was taken that asked for it.
        sampled: Option<Moment>,
        told: Told,
    },
    Hold {
        until: Until,
        told: Told,
    },
    Release {
        told: Told,
    },
    /// Writes down how many pods there were before the stack was stopped.
    Remember {
        replicas: u32,
        told: Told,
    },
    /// They are there again.
    Forget {
        told: Told,
    },
}

#[derive(Debug)]
pub struct Judgement {
    pub line: Line,
    pub act: Option<Act>,
    /// What is worth an event although nothing is written.
    pub told: Option<Told>,
    /// In mode HPA what our HPA is not to go below; None: not known, or not ours to say at present.
    pub floor: Option<u32>,
}

pub fn judge(state: &mut State, seen: &Seen<'_>) -> Judgement {
    state.enter(seen.plan.mode, seen.view);
    if let Some(judgement) = stopped::stopped(state, seen) {
        return judgement;
    }
    match (seen.plan.mode, &seen.rivalry) {
        (ScalingMode::External, _) => actuated::external(seen),
        (_, Some(Rivalry::Foreign(rival))) => yielded(state, seen, rival),
        (mode, rivalry) => {
            if std::mem::take(&mut state.yielded) {
                state.adopt(seen.view);
            }
            match (mode, rivalry) {
                (ScalingMode::Keda, _) => actuated::keda(seen),
                (ScalingMode::Hpa, _) => actuated::hpa(state, seen),
                (_, Some(Rivalry::Ours(leaving))) => waiting(state, seen, leaving),
                _ => own::own(state, seen),
            }
        }
    }
}

/// Two that write one number fight over it, so ours stops. Visibly.
fn yielded(state: &mut State, seen: &Seen<'_>, rival: &str) -> Judgement {
    let told = (!state.yielded).then(|| Told::yielded(seen, rival));
    state.yielded = true;
    Judgement { told, ..Judgement::idle(seen, Standing::Yielded(rival.to_owned())) }
}

/// An HPA of ours from the mode before may write until it is gone.
fn waiting(state: &mut State, seen: &Seen<'_>, leaving: &str) -> Judgement {
    state.adopt(seen.view);
    Judgement::idle(seen, Standing::Waiting(leaving.to_owned()))
}

impl Judgement {
    /// Nothing is to be done; the number of pods is what it is.
    fn idle(seen: &Seen<'_>, standing: Standing) -> Self {
        Self::of(Line {
            mode: seen.plan.mode,
            desired: seen.view.replicas,
            deciding: None,
            held_back: None,
            standing,
            data: Data::NotNeeded,
        })
    }

    fn of(line: Line) -> Self {
        Self { line, act: None, told: None, floor: None }
    }
}
