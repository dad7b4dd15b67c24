//! The change from what last worked to what is wanted: what it is called, whether it may begin, and whether it has failed.

use contracts::Role;
use k8s_openapi::jiff::Timestamp;
use operator_desired::{Component, Operation, digest};

use super::{LastGood, Permission, Trials, runs_pods};
use crate::live::{FAILED, Live, LiveObject};
use crate::pass::wanted::Wanted;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// How the release is called that every service is to run.
    pub version: String,
    /// What `status.version.target` says: the release, or with a digest another form of the one that runs.
    pub target: String,
    /// The release that ran before.
    pub from: Option<String>,
    /// Pods are not as they last worked, or are not to stay so.
    pub changes: bool,
    pub permission: Permission,
    pub failure: Option<Failure>,
}

/// New pods of a service that did not come up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub role: Role,
    pub why: String,
    /// What ran before is put back.
    pub goes_back: bool,
}

/// What is known when a release is looked at.
pub struct View<'a> {
    pub version: String,
    pub from: Option<String>,
    pub approved: Option<&'a str>,
    pub operation: &'a Operation,
    pub live: &'a Live,
    pub last_good: &'a LastGood,
    pub trials: &'a Trials,
    pub now: Timestamp,
}

pub fn release(view: &View<'_>, wanted: &[Wanted]) -> Release {
    let pods: Vec<&Wanted> = wanted.iter().filter(|wanted| runs_pods(wanted.kind)).collect();
    let changes = pods.iter().any(|wanted| changes(view, wanted));
    let target = target(view, &pods, changes);
    Release {
        permission: permission(view, &pods, &target),
        failure: pods.iter().find_map(|wanted| failure(view, wanted)),
        version: view.version.clone(),
        from: view.from.clone(),
        target,
        changes,
    }
}

/// What has never been made is no change.
fn changes(view: &View<'_>, wanted: &Wanted) -> bool {
    let live = view.live.get(wanted.kind, &wanted.name);
    let other = |live: &LiveObject| live.applied_hash() != Some(&wanted.hash);
    view.last_good.before(wanted).is_some() || live.is_some_and(other)
}

/// Whoever has approved a release has not approved whatever becomes of it later.
fn target(view: &View<'_>, pods: &[&Wanted], changes: bool) -> String {
    if !changes || view.from.as_ref() != Some(&view.version) {
        return view.version.clone();
    }
    let hashes: Vec<serde_json::Value> = pods.iter().map(|wanted| wanted.hash.as_str().into()).collect();
    format!("{}-{}", view.version, digest(&hashes.iter().collect::<Vec<_>>()))
}

/// Nobody is asked about a stack that is only just made; and what has begun is brought to its end.
fn permission(view: &View<'_>, pods: &[&Wanted], target: &str) -> Permission {
    let live = |wanted: &Wanted| view.live.get(wanted.kind, &wanted.name);
    let of_services = || pods.iter().filter(|wanted| matches!(wanted.component, Component::Service(_)));
    let is_new = !view.last_good.is_known() && of_services().all(|wanted| live(wanted).is_none());
    let begun = pods.iter().any(|wanted| {
        view.last_good.before(wanted).is_some()
            && live(wanted).is_some_and(|live| live.applied_hash() == Some(&wanted.hash))
    });
    if is_new || begun {
        return Permission::Granted;
    }
    Permission::of(view.operation, view.approved, target, view.now)
}

/// Only services that worked before can be said to have failed; databases never go back.
fn failure(view: &View<'_>, wanted: &Wanted) -> Option<Failure> {
    let Component::Service(role) = wanted.component else { return None };
    view.last_good.before(wanted)?;
    let live = view.live.get(wanted.kind, &wanted.name)?;
    let goes_back = view.operation.auto_rollback;
    if goes_back && let Some(why) = mark(live, &wanted.hash) {
        return Some(Failure { role, why, goes_back });
    }
    let on_trial = live.applied_hash() == Some(&wanted.hash);
    let why = view.trials.failure(live, view.now).filter(|_| on_trial)?;
    Some(Failure { role, why, goes_back })
}

/// What is written on a Deployment whose new pods failed: which they were, and why.
pub fn marked(hash: &str, why: &str) -> String {
    format!("{hash} {why}")
}

fn mark(live: &LiveObject, hash: &str) -> Option<String> {
    let mark = live.value["metadata"]["annotations"][FAILED].as_str()?;
    let (failed, why) = mark.split_once(' ')?;
    (failed == hash).then(|| why.to_owned())
}
