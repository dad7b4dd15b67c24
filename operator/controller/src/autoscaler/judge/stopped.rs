//! A stack that is stopped, or has been: whoever scales a service otherwise, it has no pods now and as many as before then.
//!
//! The number is written down before the pods go, and crossed out after they are asked for again: a process that ends in
//! between is followed by one that goes on.

use super::{Act, Judgement, Seen};
use crate::autoscaler::line::{Line, Standing};
use crate::autoscaler::state::State;
use crate::autoscaler::told::Told;

/// `None`: it is not, and has not been.
pub fn stopped(state: &mut State, seen: &Seen<'_>) -> Option<Judgement> {
    let remembered = seen.view.marks.resume_replicas.as_deref();
    if !seen.registration.stopped {
        return remembered.map(|text| resume(state, seen, text.trim().parse().unwrap_or(1)));
    }
    state.adopt(seen.view);
    let replicas = seen.view.replicas;
    let act = match (remembered, replicas) {
        (None, _) => Some(Act::Remember { replicas, told: Told::stopped(seen) }),
        (Some(_), 0) => None,
        (Some(_), _) => {
            Some(Act::Scale { to: 0, sampled: None, told: Told::set(seen, 0, "the stack is stopped") })
        }
    };
    let line = Line { desired: 0, ..Judgement::idle(seen, Standing::Stopped).line };
    Some(Judgement { act, ..Judgement::of(line) })
}

fn resume(state: &mut State, seen: &Seen<'_>, to: u32) -> Judgement {
    state.adopt(seen.view);
    let act = if seen.view.replicas == 0 && to > 0 {
        Act::Scale { to, sampled: None, told: Told::set(seen, to, "as many as before the stack was stopped") }
    } else {
        Act::Forget { told: Told::resumed(seen) }
    };
    let line = Line { desired: to, ..Judgement::idle(seen, Standing::Free).line };
    Judgement { act: Some(act), ..Judgement::of(line) }
}
