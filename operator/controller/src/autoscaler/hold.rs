//! What becomes of a number of pods that somebody else wrote: `kubectl scale` is a person's will. Pure.

use k8s_openapi::jiff::Timestamp;
use operator_desired::Manual;

use super::until::Until;
use super::view::{Marks, View, is_autoscaler, is_ours};

/// What is known when the question comes up.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub now: Timestamp,
    pub view: &'a View,
    /// The number that we wrote or took over last; None: nothing is remembered.
    pub last_set: Option<u32>,
    /// Whether the service was held when it was last looked at.
    pub was_held: bool,
    pub manual: Manual,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Nobody holds it.
    Free,
    /// The present number is as good as ours: another autoscaler wrote it, or nobody knows what it was before.
    Adopt,
    /// The annotation says so.
    Held(Mark),
    /// It was scaled by hand just now.
    Begin { by: String, until: Until },
    /// It was scaled by hand, which `manual.hold: Refuse` forbids.
    Refuse { by: String, back_to: u32 },
    /// Its time is over.
    Over,
    /// Somebody took the annotation away.
    Released,
}

/// What the annotation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    Until(Until),
    /// Something that can't be read: held, for that is the safe side.
    Unreadable(String),
}

impl Mark {
    pub fn of(marks: &Marks) -> Option<Self> {
        let text = marks.hold_until.as_ref()?;
        Some(Until::parse(text).map_or_else(|| Self::Unreadable(text.clone()), Self::Until))
    }

    /// For a column.
    pub fn short(&self, now: Timestamp) -> String {
        match self {
            Self::Until(until) => until.short(now),
            Self::Unreadable(text) => format!("until {text}?"),
        }
    }

    pub fn over(&self, now: Timestamp) -> bool {
        matches!(self, Self::Until(until) if until.over(now))
    }
}

pub fn hold(case: &Case<'_>) -> Hold {
    let mark = Mark::of(&case.view.marks);
    let nobody = match writer(case) {
        Writer::Person(by) => return by_hand(case, by, mark.as_ref()),
        Writer::Autoscaler => Hold::Adopt,
        Writer::Us => Hold::Free,
    };
    match mark {
        Some(mark) if mark.over(case.now) => Hold::Over,
        Some(mark) => Hold::Held(mark),
        None if case.was_held => Hold::Released,
        None => nobody,
    }
}

fn by_hand(case: &Case<'_>, by: String, mark: Option<&Mark>) -> Hold {
    let asked = match case.manual {
        Manual::Timed(lasting) => Until::after(case.now, lasting),
        Manual::Forever => Until::Forever,
        Manual::Refuse => {
            return match (mark, case.last_set) {
                // Whoever writes the annotation means it.
                (Some(_), _) | (None, None) => Hold::Adopt,
                (None, Some(back_to)) => Hold::Refuse { by, back_to },
            };
        }
    };
    // Scaling again makes a hold longer, never shorter.
    let until = match mark {
        Some(Mark::Until(marked)) => marked.later(asked),
        Some(Mark::Unreadable(_)) | None => asked,
    };
    Hold::Begin { by, until }
}

enum Writer {
    /// Or the number is what we remember, whoever wrote it.
    Us,
    Autoscaler,
    Person(String),
}

fn writer(case: &Case<'_>) -> Writer {
    if case.last_set == Some(case.view.replicas) {
        return Writer::Us;
    }
    match &case.view.hand {
        Some(manager) if is_ours(manager) => Writer::Us,
        Some(manager) if is_autoscaler(manager) => Writer::Autoscaler,
        Some(manager) => Writer::Person(manager.clone()),
        // A number without an owner that differs from ours was written by somebody; without a memory it says nothing.
        None if case.last_set.is_some() => Writer::Person("somebody".to_owned()),
        None => Writer::Autoscaler,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TIMED: Manual = Manual::Timed(Duration::from_secs(1800));

    fn now() -> Timestamp {
        "2026-11-22T13:35:00Z".parse().unwrap()
    }

    fn until(text: &str) -> Until {
        Until::parse(text).unwrap()
    }

    /// Five pods written by `hand`, with an annotation.
    fn five(hand: &str, mark: Option<&str>) -> View {
        let marks = Marks { hold_until: mark.map(str::to_owned), ..Marks::default() };
        View { replicas: 5, hand: (!hand.is_empty()).then(|| hand.to_owned()), marks, ..View::default() }
    }

    fn told(view: &View, last_set: Option<u32>, manual: Manual) -> Hold {
        hold(&Case { now: now(), view, last_set, was_held: false, manual })
    }

    #[test]
    fn what_we_wrote_or_remember_is_nobodys_hold() {
        for ours in ["ecommerce-operator-scaler", "ecommerce-operator-initial-scale", "ecommerce-operator"] {
            assert_eq!(told(&five(ours, None), Some(3), TIMED), Hold::Free);
            assert_eq!(told(&five(ours, None), None, TIMED), Hold::Free);
        }
        assert_eq!(told(&five("kubectl", None), Some(5), TIMED), Hold::Free);
    }

    #[test]
    fn a_number_by_another_hand_is_held_for_as_long_as_the_stack_says() {
        let by = || "kubectl".to_owned();
        let begun = |until| Hold::Begin { by: by(), until };
        for last_set in [Some(3), None] {
            assert_eq!(told(&five("kubectl", None), last_set, TIMED), begun(until("2026-11-22T14:05:00Z")));
            assert_eq!(told(&five("kubectl", None), last_set, Manual::Forever), begun(Until::Forever));
        }
        assert_eq!(
            told(&five("kubectl", None), Some(3), Manual::Refuse),
            Hold::Refuse { by: by(), back_to: 3 }
        );
        assert_eq!(
            told(&five("kubectl", None), None, Manual::Refuse),
            Hold::Adopt,
            "there is nothing to go back to"
        );
    }

    #[test]
    fn another_autoscaler_is_nobody() {
        for autoscaler in ["kube-controller-manager", "keda-operator"] {
            assert_eq!(told(&five(autoscaler, None), Some(3), TIMED), Hold::Adopt);
        }
        assert_eq!(told(&five("", None), None, TIMED), Hold::Adopt);
        assert!(matches!(told(&five("", None), Some(3), TIMED), Hold::Begin { .. }));
    }

    #[test]
    fn the_annotation_holds_until_its_time_whoever_wrote_it() {
        let held = |text: &str| told(&five("kubectl", Some(text)), Some(5), TIMED);
        assert_eq!(held("2026-11-22T13:35:01Z"), Hold::Held(Mark::Until(until("2026-11-22T13:35:01Z"))));
        assert_eq!(held("forever"), Hold::Held(Mark::Until(Until::Forever)));
        assert_eq!(held("2026-11-22T13:35:00Z"), Hold::Over);
        assert_eq!(held("tomorrow"), Hold::Held(Mark::Unreadable("tomorrow".to_owned())));
    }

    #[test]
    fn scaling_again_makes_a_hold_longer_and_never_shorter() {
        let again = |mark: &str| match told(&five("kubectl", Some(mark)), Some(3), TIMED) {
            Hold::Begin { until, .. } => until.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(again("2026-11-22T13:40:00Z"), "2026-11-22T14:05:00Z");
        assert_eq!(again("2026-11-22T15:00:00Z"), "2026-11-22T15:00:00Z");
        assert_eq!(again("forever"), "forever");
        assert_eq!(again("tomorrow"), "2026-11-22T14:05:00Z");
        assert_eq!(told(&five("kubectl", Some("forever")), Some(3), Manual::Refuse), Hold::Adopt);
    }

    #[test]
    fn an_annotation_that_is_gone_is_a_release() {
        let view = five("kubectl", None);
        let case = Case { now: now(), view: &view, last_set: Some(5), was_held: true, manual: TIMED };
        assert_eq!(hold(&case), Hold::Released);
    }
}
