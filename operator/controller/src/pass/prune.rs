//! Deletes what a stack no longer asks for, once everything that it does ask for is in place.

use operator_desired::{last_good_name, root_secret_name};
use tracing::info;

use super::applied::Built;
use super::stack::Stack;
use crate::cluster::{Cluster, Outcome};
use crate::live::{Live, LiveObject};

pub async fn prune(cluster: &Cluster, stack: &Stack, built: &Built, live: &mut Live) -> Outcome<()> {
    let superfluous: Vec<LiveObject> =
        live.iter().filter(|object| condemned(object, stack, built, live)).cloned().collect();
    for object in superfluous {
        let title = format!("{} {}", object.kind.kind, object.name());
        info!(stack.name = %stack.key, "Deleting {title}: {} asks for it no more", stack.key);
        cluster.delete(&stack.key.namespace, &object).await?;
        live.remove(object.kind, object.name());
    }
    Ok(())
}

fn condemned(object: &LiveObject, stack: &Stack, built: &Built, live: &Live) -> bool {
    let wanted = built.fates.iter().any(|fate| fate.kind == object.kind && fate.name == object.name());
    superfluous(object, stack) && !wanted && !object.terminating() && in_time(object, built, live)
}

/// May be deleted where it is not wanted. Only what this very stack controls ever is; the root Secret, what worked last and
/// volumes never are.
pub fn superfluous(object: &LiveObject, stack: &Stack) -> bool {
    let ours = object.controller().is_some_and(|owner| owner.uid == stack.uid);
    let name = &stack.key.name;
    let kept = [("Secret", root_secret_name(name)), ("ConfigMap", last_good_name(name))]
        .iter()
        .any(|(kind, name)| object.kind.kind == *kind && object.name() == name);
    object.kind.pruned && ours && !kept
}

/// Pods of the version before still read their configuration, so it goes last.
fn in_time(object: &LiveObject, built: &Built, live: &Live) -> bool {
    if ["ConfigMap", "Secret", "ServiceAccount"].contains(&object.kind.kind) {
        built.settled(live)
    } else {
        built.complete()
    }
}
