//! What the autoscaler remembers of one service from look to look.

use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use operator_api::ScalingMode;
use operator_scaling::History;

use super::judge::{Act, Seen};
use super::line::Line;
use super::registration::{Former, Registration};
use super::rounds::Heard;
use super::view::View;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Of the Deployment that all of this is about.
    pub uid: String,
    pub mode: Option<ScalingMode>,
    /// The number of pods that we wrote or took over last.
    pub last_set: Option<u32>,
    pub held: bool,
    pub yielded: bool,
    pub history: History,
    pub decided: Option<Decided>,
    /// In mode HPA what our HPA is not to go below.
    pub floor: Option<u32>,
    /// In mode HPA the hand that has been told that it writes in vain.
    pub told: Option<String>,
    /// Since when there could have been data.
    pub asked_since: Option<Timestamp>,
    /// There was data once.
    pub had_data: bool,
}

/// What was decided last, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    heard: Arc<Heard>,
    registration: Arc<Registration>,
    /// The number of pods then.
    from: u32,
    pub line: Line,
}

impl Decided {
    pub fn new(heard: &Arc<Heard>, seen: &Seen<'_>, line: &Line) -> Self {
        let registration = seen.registration.clone();
        Self { heard: heard.clone(), registration, from: seen.view.replicas, line: line.clone() }
    }

    /// Whether nothing new has been said, asked for or written since.
    pub fn holds(&self, heard: &Arc<Heard>, seen: &Seen<'_>) -> bool {
        Arc::ptr_eq(&self.heard, heard)
            && Arc::ptr_eq(&self.registration, seen.registration)
            && [self.from, self.line.desired].contains(&seen.view.replicas)
    }
}

impl State {
    pub fn new(view: &View) -> Self {
        Self { uid: view.uid.clone(), ..Self::default() }
    }

    /// Another process did the work before.
    pub fn after(former: Former, view: &View) -> Self {
        let Former { mode, desired, held, yielded } = former;
        Self { mode, last_set: desired, held, yielded, had_data: true, ..Self::new(view) }
    }

    /// Takes the present number for ours, and begins to watch anew: nothing goes below it before a full window.
    pub fn adopt(&mut self, view: &View) {
        self.last_set = Some(view.replicas);
        (self.history, self.decided) = (History::default(), None);
    }

    pub fn enter(&mut self, mode: ScalingMode, view: &View) {
        if self.mode == Some(mode) {
            return;
        }
        if self.mode.is_some() {
            self.adopt(view);
            self.held = view.marks.hold_until.is_some();
            (self.floor, self.told) = (None, None);
        }
        self.mode = Some(mode);
    }
}

impl State {
    /// `act` is done, and the Deployment is as in `view` now. True: there is reason to look again.
    pub fn did(&mut self, act: &Act, view: &View) -> bool {
        self.last_set = Some(view.replicas);
        match act {
            // Of a stack that is stopped or runs again, there is another step to take.
            Act::Scale { .. } => view.marks.resume_replicas.is_some(),
            Act::Remember { .. } | Act::Forget { .. } => {
                self.adopt(view);
                true
            }
            Act::Hold { .. } => {
                self.held = true;
                false
            }
            Act::Release { .. } => {
                self.held = false;
                self.adopt(view);
                true
            }
        }
    }
}
