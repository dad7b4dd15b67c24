//! Conditions over time: what has not changed keeps its time, and what has is an event.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use operator_api::{ConditionType, Reason};

use super::Verdict;
use crate::text::shortened;

/// What a terminal still shows; the API would take more.
const MESSAGE_LIMIT: usize = 2048;

/// A condition that is new, or has another status or reason than before.
#[derive(Debug, PartialEq)]
pub struct Transition<'a> {
    pub kind: ConditionType,
    pub now: &'a Condition,
}

pub fn condition(
    kind: ConditionType,
    verdict: Verdict,
    before: &[Condition],
    generation: i64,
    now: Timestamp,
) -> Condition {
    let status = if verdict.holds { "True" } else { "False" };
    let unchanged = find(before, kind).filter(|condition| condition.status == status);
    // The API stores whole seconds, so anything finer would look like a change in the next pass.
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    Condition {
        type_: kind.name().to_owned(),
        status: status.to_owned(),
        observed_generation: Some(generation),
        last_transition_time: unchanged.map_or(Time(now), |condition| condition.last_transition_time.clone()),
        reason: verdict.reason.name().to_owned(),
        message: shortened(verdict.message, MESSAGE_LIMIT),
    }
}

/// As it was.
pub fn kept(kind: ConditionType, before: &[Condition], generation: i64) -> Option<Condition> {
    let found = find(before, kind)?.clone();
    Some(Condition { observed_generation: Some(generation), ..found })
}

pub fn transitions<'a>(before: &[Condition], after: &'a [Condition]) -> Vec<Transition<'a>> {
    ConditionType::ALL
        .into_iter()
        .filter_map(|kind| {
            let now = find(after, kind)?;
            let no_news = match find(before, kind) {
                Some(was) => was.status == now.status && was.reason == now.reason,
                None => now.reason == Reason::AsExpected.name(),
            };
            (!no_news).then_some(Transition { kind, now })
        })
        .collect()
}

fn find(conditions: &[Condition], kind: ConditionType) -> Option<&Condition> {
    conditions.iter().find(|condition| condition.type_ == kind.name())
}
