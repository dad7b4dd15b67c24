//! The change of pods that is under way, or has failed.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use operator_api::{EcommerceStackStatus, RolloutStatus};
use operator_desired::Step;

use crate::facts::Facts;
use crate::rollout::Permission;

pub fn rollout(facts: &Facts, before: &EcommerceStackStatus, now: Timestamp) -> Option<RolloutStatus> {
    let Some(release) = &facts.release else { return before.rollout.clone() };
    let step = step(facts)?.to_owned();
    let kept = before.rollout.as_ref().filter(|rollout| rollout.step == step);
    // The API stores whole seconds.
    let now = || Time(Timestamp::from_second(now.as_second()).unwrap_or(now));
    let from = match &before.rollout {
        Some(rollout) => rollout.from.clone(),
        None => release.from.clone(),
    };
    let started_at = kept.and_then(|rollout| rollout.started_at.clone()).or_else(|| Some(now()));
    Some(RolloutStatus { from, to: Some(release.version.clone()), step, started_at })
}

/// `None`: nothing changes, or the stack is only just made.
fn step(facts: &Facts) -> Option<&'static str> {
    let release = facts.release.as_ref()?;
    if facts.soaks_until.is_some() {
        return Some("Soak");
    }
    if facts.stage == Some(Step::Contract) {
        return Some("Contract");
    }
    if facts.stage.is_none() || !release.changes {
        return None;
    }
    if release.failure.as_ref().is_some_and(|failure| failure.goes_back) {
        return Some("RolledBack");
    }
    match (facts.waits, &release.permission) {
        (true, Permission::NotApproved) => Some("AwaitingApproval"),
        (true, Permission::OutsideWindow { .. }) => Some("AwaitingWindow"),
        (true | false, _) if facts.stage == Some(Step::Services) => Some("Services"),
        (true | false, _) => Some("Expand"),
    }
}

/// When something happens by the clock alone.
pub fn next_turn(facts: &Facts) -> Option<Timestamp> {
    let opens = match facts.release.as_ref().map(|release| &release.permission) {
        Some(Permission::OutsideWindow { opens }) if facts.waits => *opens,
        _ => None,
    };
    opens.or(facts.soaks_until)
}
