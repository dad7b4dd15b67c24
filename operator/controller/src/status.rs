//! From facts to the status of a stack. Pure: no client, and the time comes in from outside.
//!
//! One file per condition. A message says what is so and, where it is not as it should be, the command to run next; it
//! never holds anything that changes while nothing happens, for each change is a write.

mod autoscaling_active;
mod backed_up;
mod certificates_ready;
mod database_ready;
mod degraded;
mod errands;
mod exposure_ready;
mod highly_available;
mod merge;
mod messaging_ready;
mod metrics_available;
mod migrations_applied;
mod progressing;
mod ready;
mod rollout;
mod rows;
mod server;
mod version;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use operator_api::{ConditionType, EcommerceStackStatus, Endpoints, Reason};

use crate::autoscaler::Data;
use crate::facts::Facts;
use crate::pass::databases;
use crate::pki::Phase;

pub use merge::{Transition, transitions};

/// What a condition says at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub holds: bool,
    pub reason: Reason,
    pub message: String,
}

impl Verdict {
    fn yes(reason: Reason, message: impl Into<String>) -> Self {
        Self { holds: true, reason, message: message.into() }
    }

    fn no(reason: Reason, message: impl Into<String>) -> Self {
        Self { holds: false, reason, message: message.into() }
    }
}

/// What is to be expected next: when to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// All is as specified.
    Settled,
    /// Something is coming up; watches will tell.
    Moving,
    /// Nothing moves before so many seconds have passed.
    Waiting(u64),
    /// Nothing will move before somebody else does something.
    Stuck,
    /// The API server refused something: worth another try, at longer and longer intervals.
    Refused,
    /// Objects of a deleted stack are going; a moment's wait.
    Clearing,
    /// Pods are getting to know another CA; nobody tells when they have.
    Rotating,
}

fn verdict(kind: ConditionType, facts: &Facts) -> Verdict {
    match kind {
        ConditionType::Ready => ready::ready(facts),
        ConditionType::Progressing => progressing::progressing(facts),
        ConditionType::Degraded => degraded::degraded(facts),
        ConditionType::DatabaseReady => database_ready::database_ready(facts),
        ConditionType::MessagingReady => messaging_ready::messaging_ready(facts),
        ConditionType::MigrationsApplied => migrations_applied::migrations_applied(facts),
        ConditionType::CertificatesReady => certificates_ready::certificates_ready(facts),
        ConditionType::ExposureReady => exposure_ready::exposure_ready(facts),
        ConditionType::HighlyAvailable => highly_available::highly_available(facts),
        ConditionType::BackedUp => backed_up::backed_up(facts),
        ConditionType::AutoscalingActive => autoscaling_active::autoscaling_active(facts),
        ConditionType::MetricsAvailable => metrics_available::metrics_available(facts),
    }
}

/// `before` keeps the times of what has not changed.
pub fn assemble(
    facts: &Facts,
    before: &EcommerceStackStatus,
    generation: i64,
    now: Timestamp,
) -> EcommerceStackStatus {
    let conditions = ConditionType::ALL
        .into_iter()
        .map(|kind| {
            let kept = as_before(kind, facts, &before.conditions, generation);
            kept.unwrap_or_else(|| {
                merge::condition(kind, verdict(kind, facts), &before.conditions, generation, now)
            })
        })
        .collect();
    EcommerceStackStatus {
        observed_generation: Some(generation),
        conditions,
        services: rows::rows(facts, &before.services),
        services_ready: Some(rows::summary(facts)),
        holds: rows::holds(facts, before.holds.as_ref(), now),
        version: version::version(facts, before.version.as_ref()),
        rollout: rollout::rollout(facts, before, now),
        endpoints: facts.url.clone().map(|url| Endpoints { url: Some(url) }),
        revision: facts.revision.clone(),
        database: databases::written(&facts.data.next),
        last_backup_time: facts.backup.as_ref().and_then(|backup| backup.succeeded).map(Time),
        effective_profile: facts.profile.clone(),
        certificates: rows::certificates(facts)
            .or_else(|| before.certificates.clone().filter(|_| facts.hurdle.is_some())),
    }
}

/// Of a stack that could not be looked at to the end: what else is said of it is as it last was.
pub fn failing(
    why: String,
    before: &EcommerceStackStatus,
    generation: i64,
    now: Timestamp,
) -> EcommerceStackStatus {
    let (kind, verdict) = (ConditionType::Degraded, Verdict::yes(Reason::ReconcileFailed, why));
    let degraded = merge::condition(kind, verdict, &before.conditions, generation, now);
    let mut status = before.clone();
    match status.conditions.iter_mut().find(|condition| condition.type_ == kind.name()) {
        Some(found) => *found = degraded,
        None => status.conditions.push(degraded),
    }
    status
}

/// After a restart the autoscaler takes a moment to know what the process before it knew, and Prometheus another one.
fn as_before(kind: ConditionType, facts: &Facts, before: &[Condition], generation: i64) -> Option<Condition> {
    let unasked = || facts.scaling.values().any(|line| line.data == Data::NotAskedYet);
    let unknown = match kind {
        ConditionType::AutoscalingActive => facts.scaling.is_empty(),
        ConditionType::MetricsAvailable => facts.scaling.is_empty() || unasked(),
        _ => false,
    };
    (unknown && !facts.paused).then(|| merge::kept(kind, before, generation)).flatten()
}

fn rotates(facts: &Facts) -> bool {
    let phase = facts.certificates.as_ref().and_then(|certificates| certificates.phase);
    phase.is_some_and(|phase| phase != Phase::Stable)
}

pub fn prospect(facts: &Facts, now: Timestamp) -> Prospect {
    use crate::facts::Hurdle;
    match &facts.hurdle {
        Some(Hurdle::Leaving(_)) => Prospect::Clearing,
        Some(Hurdle::Root(_)) => Prospect::Refused,
        Some(
            Hurdle::Invalid(_)
            | Hurdle::Broker(_)
            | Hurdle::NothingMade
            | Hurdle::NotInstalled(_)
            | Hurdle::Reference(_),
        ) => Prospect::Stuck,
        // What has been found out is acted on in the next pass.
        None if facts.data.next != facts.data.state => Prospect::Clearing,
        None if !facts.refused.is_empty() => Prospect::Refused,
        None if rotates(facts) && !facts.paused => Prospect::Rotating,
        None if degraded::degraded(facts).holds || facts.paused => Prospect::Stuck,
        None => match rollout::next_turn(facts) {
            Some(then) => Prospect::Waiting(seconds_until(then, now)),
            None if facts.waits => Prospect::Settled,
            None if facts.stage.is_some() || facts.broker.moving() => Prospect::Moving,
            None => Prospect::Settled,
        },
    }
}

/// A moment later: clocks differ a little.
fn seconds_until(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(then.duration_since(now).as_secs()).unwrap_or(0) + 1
}

#[cfg(test)]
mod tests;
