//! Modes Native and Fixed: the number of pods is ours to write, unless a person wants another one.

use operator_api::ScalingMode;
use operator_scaling::{Observation, decide};

use super::data::{data, data_of_unscaled};
use super::{Act, Judgement, Seen};
use crate::autoscaler::hold::{Case, Hold, Mark, hold};
use crate::autoscaler::line::{Data, Deciding, Line, Standing};
use crate::autoscaler::pause::{Pause, pause};
use crate::autoscaler::state::{Decided, State};
use crate::autoscaler::told::Told;
use crate::clock::moment;

pub fn own(state: &mut State, seen: &Seen<'_>) -> Judgement {
    if let Some(pause) = pause(&seen.view.marks, seen.paused) {
        return paused(state, seen, &pause);
    }
    let case = Case {
        now: seen.now,
        view: seen.view,
        last_set: state.last_set,
        was_held: state.held,
        manual: seen.plan.manual,
    };
    match hold(&case) {
        Hold::Free => {
            state.last_set = Some(seen.view.replicas);
            control(state, seen)
        }
        Hold::Adopt => {
            state.adopt(seen.view);
            control(state, seen)
        }
        Hold::Released => {
            state.held = false;
            state.adopt(seen.view);
            Judgement {
                told: Some(Told::released(seen, "its annotation was removed")),
                ..control(state, seen)
            }
        }
        Hold::Held(mark) => {
            state.held = true;
            state.adopt(seen.view);
            held(state, seen, mark)
        }
        Hold::Over => {
            let told = Told::released(seen, "its time is over");
            let present = held_present(state, seen);
            Judgement { act: Some(Act::Release { told }), ..present }
        }
        Hold::Begin { by, until } => {
            let told = Told::held(seen, &by, until);
            let judgement = held(state, seen, Mark::Until(until));
            Judgement { act: Some(Act::Hold { until, told }), ..judgement }
        }
        Hold::Refuse { by, back_to } => {
            let told = Told::refused(seen, &by, back_to);
            let data = data_of_unscaled(state, seen);
            let line = Line { desired: back_to, data, ..Judgement::idle(seen, Standing::Free).line };
            Judgement { act: Some(Act::Scale { to: back_to, sampled: None, told }), ..Judgement::of(line) }
        }
    }
}

fn paused(state: &mut State, seen: &Seen<'_>, pause: &Pause) -> Judgement {
    state.held = seen.view.marks.hold_until.is_some();
    state.adopt(seen.view);
    let data = data_of_unscaled(state, seen);
    let line = Judgement::idle(seen, Standing::Paused(pause.why().to_owned())).line;
    match pause {
        Pause::At { replicas, .. } if *replicas != seen.view.replicas => {
            let act = Some(Act::Scale {
                to: *replicas,
                sampled: None,
                told: Told::set(seen, *replicas, pause.why()),
            });
            Judgement { act, ..Judgement::of(Line { desired: *replicas, data, ..line }) }
        }
        _ => Judgement::of(Line { data, ..line }),
    }
}

fn held(state: &mut State, seen: &Seen<'_>, mark: Mark) -> Judgement {
    let data = data_of_unscaled(state, seen);
    Judgement::of(Line { data, ..Judgement::idle(seen, Standing::Held(mark)).line })
}

/// As the annotation still says.
fn held_present(state: &mut State, seen: &Seen<'_>) -> Judgement {
    match Mark::of(&seen.view.marks) {
        Some(mark) => held(state, seen, mark),
        None => Judgement::idle(seen, Standing::Free),
    }
}

/// What the spec or the metrics ask for.
fn control(state: &mut State, seen: &Seen<'_>) -> Judgement {
    let line = match seen.plan.mode {
        ScalingMode::Fixed => {
            Line { desired: seen.plan.initial, ..Judgement::idle(seen, Standing::Free).line }
        }
        _ => decided(state, seen),
    };
    let act = (line.desired != seen.view.replicas).then(|| Act::Scale {
        to: line.desired,
        sampled: line.deciding.as_ref().map(|deciding| deciding.at),
        told: Told::scaled(seen, &line),
    });
    Judgement { act, ..Judgement::of(line) }
}

/// Decides once for what Prometheus said: the same samples beside new pods would ask for more and more of them.
pub fn decided(state: &mut State, seen: &Seen<'_>) -> Line {
    let line = Line { data: Data::NotAskedYet, ..Judgement::idle(seen, Standing::Free).line };
    let Some(heard) = seen.heard else { return line };
    if let Some(decided) = state.decided.as_ref().filter(|decided| decided.holds(heard, seen)) {
        return decided.line.clone();
    }
    let known = &heard.known;
    let observation = Observation {
        now: moment(seen.now),
        current: seen.view.replicas,
        ready: seen.view.ready,
        readings: &known.readings,
        backlog: known.backlog,
    };
    let policy = &seen.plan.policy;
    let (decision, history) = decide(policy, &state.history, &observation);
    state.history = history;
    let deciding = decision.deciding.and_then(|(place, value, at)| {
        Some(Deciding { metric: policy.metrics.get(place)?.name.clone(), value, at })
    });
    let data = data(state, seen, decision.missing);
    let line = Line { desired: decision.desired, deciding, held_back: decision.held_back, data, ..line };
    state.decided = Some(Decided::new(heard, seen, &line));
    line
}
