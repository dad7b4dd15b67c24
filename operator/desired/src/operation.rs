//! What the operator may do to a stack, and when: `spec.operation`, checked.

use std::time::Duration;

use jiff::Timestamp;

use crate::Window;

#[derive(Clone, Debug)]
pub struct Operation {
    /// Change nothing for now.
    pub paused: bool,
    /// No pods of services for now.
    pub stopped: bool,
    /// Changes of pods wait for somebody's word.
    pub supervised: bool,
    /// When changes of pods may begin; at any time when empty.
    pub windows: Vec<Window>,
    /// Services whose new pods fail get back what ran before.
    pub auto_rollback: bool,
    /// How long new pods must have run before what only the old ones used is removed.
    pub contract_after: Duration,
}

/// Whether changes of pods may begin by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    Now,
    /// The next time that a window opens.
    At(Timestamp),
    /// None ever does: no day of the calendar is one of theirs.
    Never,
}

impl Operation {
    pub fn opening(&self, now: Timestamp) -> Opening {
        if self.windows.is_empty() || self.windows.iter().any(|window| window.is_open(now)) {
            return Opening::Now;
        }
        self.windows.iter().filter_map(|window| window.next(now)).min().map_or(Opening::Never, Opening::At)
    }
}
