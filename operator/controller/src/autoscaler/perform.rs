//! Does what was decided: one write, and one event about it.

use std::time::Duration;

use contracts::Role;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::Recorder;
use tracing::{debug, info, warn};

use super::judge::Act;
use super::told::Told;
use super::view::{HOLD_UNTIL, RESUME_REPLICAS, View, workload};
use crate::client;
use crate::cluster::{Cluster, Outcome};
use crate::stack_key::StackKey;

/// A client that waits for an answer waits for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything that one look at a stack has found to do.
pub struct Errand {
    pub stack: StackKey,
    pub reference: ObjectReference,
    pub tasks: Vec<Task>,
}

/// At most one write to a Deployment, and what to tell besides.
pub struct Task {
    pub role: Role,
    /// As it was when this was decided.
    pub view: View,
    pub act: Option<Act>,
    pub told: Option<Told>,
}

/// What became of an act.
pub struct Done {
    pub role: Role,
    pub act: Act,
    /// The Deployment after it; None: it was not done.
    pub view: Option<View>,
}

pub async fn perform(cluster: &Cluster, recorder: &Recorder, errand: Errand) -> (StackKey, Vec<Done>) {
    let mut done = Vec::new();
    for task in errand.tasks {
        if let Some(told) = task.told {
            tell(recorder, &errand.stack, &errand.reference, told).await;
        }
        let Some(act) = task.act else { continue };
        let outcome =
            tokio::time::timeout(PATIENCE, write(cluster, &errand.stack, task.role, &task.view, &act));
        let view = match outcome.await {
            Ok(Ok(view)) => Some(view),
            Ok(Err(error)) => failed(&errand.stack, task.role, &error),
            Err(_) => late(&errand.stack, task.role),
        };
        if view.is_some() {
            tell(recorder, &errand.stack, &errand.reference, act.told().clone()).await;
        }
        done.push(Done { role: task.role, act, view });
    }
    (errand.stack, done)
}

/// The Deployment as it is afterwards.
async fn write(cluster: &Cluster, stack: &StackKey, role: Role, seen: &View, act: &Act) -> Outcome<View> {
    let (namespace, name) = (&stack.namespace, workload(&stack.name, role));
    let this = (name.as_str(), seen.uid.as_str());
    let mut after = seen.clone();
    after.version = match act {
        Act::Scale { to, .. } => {
            (after.replicas, after.hand) = (*to, Some(crate::cluster::SCALER.to_owned()));
            cluster.scale(namespace, &name, (seen.replicas, &seen.version), *to).await?
        }
        Act::Hold { until, .. } => {
            after.marks.hold_until = Some(until.to_string());
            cluster.annotate(namespace, this, HOLD_UNTIL, Some(&until.to_string())).await?
        }
        Act::Release { .. } => {
            after.marks.hold_until = None;
            cluster.annotate(namespace, this, HOLD_UNTIL, None).await?
        }
        Act::Remember { replicas, .. } => {
            after.marks.resume_replicas = Some(replicas.to_string());
            cluster.annotate(namespace, this, RESUME_REPLICAS, Some(&replicas.to_string())).await?
        }
        Act::Forget { .. } => {
            after.marks.resume_replicas = None;
            cluster.annotate(namespace, this, RESUME_REPLICAS, None).await?
        }
    };
    Ok(after)
}

fn failed(stack: &StackKey, role: Role, error: &kube::Error) -> Option<View> {
    let reason = client::reason(error);
    if [404, 409, 422].iter().any(|code| client::answered(error, *code)) {
        // Somebody was faster; the watch tells what there is now, and that is decided upon anew.
        debug!(stack.name = %stack, "{role} of {stack} is not as it was any more: {reason}");
    } else {
        warn!(stack.name = %stack, "Could not scale {role} of {stack}, trying again at the next tick: {reason}");
    }
    None
}

fn late(stack: &StackKey, role: Role) -> Option<View> {
    warn!(stack.name = %stack, "Could not scale {role} of {stack}: no answer in {} s", PATIENCE.as_secs());
    None
}

async fn tell(recorder: &Recorder, stack: &StackKey, about: &ObjectReference, told: Told) {
    info!(stack.name = %stack, "{stack}: {}", told.note);
    // An event that is lost is not worth failing for: the status says the same.
    match tokio::time::timeout(PATIENCE, recorder.publish(&told.event(), about)).await {
        Ok(Err(error)) => {
            warn!(stack.name = %stack, "Could not write an event: {}", client::reason(&error));
        }
        Err(_) => warn!(stack.name = %stack, "Could not write an event: no answer"),
        Ok(Ok(())) => {}
    }
}

impl Act {
    pub fn told(&self) -> &Told {
        match self {
            Self::Scale { told, .. }
            | Self::Hold { told, .. }
            | Self::Release { told }
            | Self::Remember { told, .. }
            | Self::Forget { told } => told,
        }
    }
}
