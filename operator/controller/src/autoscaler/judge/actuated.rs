//! Modes in which somebody else writes the number of pods: an HPA of ours, KEDA, or whoever. A pass tells them of pauses.

use super::own::decided;
use super::{Act, Judgement, Seen};
use crate::autoscaler::hold::Mark;
use crate::autoscaler::line::{Line, Standing};
use crate::autoscaler::pause::{Pause, pause};
use crate::autoscaler::state::State;
use crate::autoscaler::told::Told;
use crate::autoscaler::view::{is_autoscaler, is_ours};

pub fn external(seen: &Seen<'_>) -> Judgement {
    Judgement::idle(seen, Standing::Free)
}

/// KEDA asks Prometheus itself.
pub fn keda(seen: &Seen<'_>) -> Judgement {
    if !seen.keda {
        return Judgement::idle(seen, Standing::KedaMissing);
    }
    match pause(&seen.view.marks, seen.paused) {
        Some(pause) => paused(seen, &pause),
        None => Judgement::idle(seen, Standing::Free),
    }
}

/// The HPA decides, above a floor from the metrics.
pub fn hpa(state: &mut State, seen: &Seen<'_>) -> Judgement {
    state.last_set = Some(seen.view.replicas);
    let told = written_in_vain(state, seen);
    if let Some(pause) = pause(&seen.view.marks, seen.paused) {
        state.floor = None;
        return Judgement { told, ..paused(seen, &pause) };
    }
    match Mark::of(&seen.view.marks) {
        Some(mark) if mark.over(seen.now) => {
            let released = Act::Release { told: Told::released(seen, "its time is over") };
            Judgement { told, act: Some(released), ..following(state, seen) }
        }
        Some(mark) => {
            state.floor = None;
            Judgement { told, ..Judgement::idle(seen, Standing::Held(mark)) }
        }
        None => Judgement { told, ..following(state, seen) },
    }
}

fn following(state: &mut State, seen: &Seen<'_>) -> Judgement {
    let line = decided(state, seen);
    if seen.heard.is_some() {
        state.floor = Some(line.desired);
    }
    Judgement { floor: state.floor, ..Judgement::of(line) }
}

fn paused(seen: &Seen<'_>, pause: &Pause) -> Judgement {
    let desired = match pause {
        Pause::Keep { .. } => seen.view.replicas,
        Pause::At { replicas, .. } => *replicas,
    };
    Judgement::of(Line { desired, ..Judgement::idle(seen, Standing::Paused(pause.why().to_owned())).line })
}

/// `kubectl scale` works until the HPA looks again: whoever tried is told once how it is done.
fn written_in_vain(state: &mut State, seen: &Seen<'_>) -> Option<Told> {
    let hand = seen.view.hand.as_ref().filter(|hand| !is_ours(hand) && !is_autoscaler(hand));
    let news = state.told.as_ref() != hand;
    state.told = hand.cloned();
    hand.filter(|_| news).map(|hand| Told::in_vain(seen, hand))
}
