//! Deletes what a stack no longer asks for, once everything that it does ask for is in place.

use operator_desired::{ValidatedStack, last_good_name, lasting_secrets};
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
    superfluous(object, stack, &built.checked)
        && !wanted
        && !object.terminating()
        && in_time(object, built, live)
}

/// May be deleted where it is not wanted. Only what this very stack controls ever is; what is made once, what worked last
/// and volumes never are.
pub fn superfluous(object: &LiveObject, stack: &Stack, checked: &ValidatedStack) -> bool {
    let ours = object.controller().is_some_and(|owner| owner.uid == stack.uid);
    let kept = match object.kind.kind {
        "Secret" => lasting_secrets(checked).iter().any(|name| name == object.name()),
        "ConfigMap" => object.name() == last_good_name(&stack.key.name),
        _ => false,
    };
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
