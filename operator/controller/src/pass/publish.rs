//! Writes the status where it has changed, and tells of transitions as events.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::runtime::events::{Event, EventType};
use operator_api::{ConditionType, EcommerceStackStatus, Reason};
use tracing::{info, warn};

use super::Tools;
use super::stack::Stack;
use crate::client;
use crate::cluster::Outcome;
use crate::status::{self, Transition, transitions};
use crate::text::shortened;

/// Of the API for events.
const NOTE_LIMIT: usize = 1024;

pub async fn publish(tools: &Tools, stack: &Stack, status: &EcommerceStackStatus) -> Outcome<()> {
    if *status == ours(&stack.status) {
        return Ok(());
    }
    let value = serde_json::to_value(status).map_err(kube::Error::SerdeError)?;
    tools.cluster.apply_status(&stack.key, &stack.uid, &value).await?;
    for transition in transitions(&stack.status.conditions, &status.conditions) {
        tell(tools, stack, &transition).await;
    }
    Ok(())
}

/// Of a stack whose passes keep failing.
pub async fn failure(tools: &Tools, stack: &Stack, why: String) -> Outcome<()> {
    let status = status::failing(why, &ours(&stack.status), stack.generation, tools.clock.now());
    publish(tools, stack, &status).await
}

/// Conditions of other writers are theirs, and no reason to write ours again.
fn ours(status: &EcommerceStackStatus) -> EcommerceStackStatus {
    let known = |condition: &Condition| ConditionType::ALL.iter().any(|kind| kind.name() == condition.type_);
    let mut ours = status.clone();
    ours.conditions.retain(known);
    // The API server keeps list-maps in the order in which their elements first came.
    ours.conditions
        .sort_by_key(|condition| ConditionType::ALL.iter().position(|kind| kind.name() == condition.type_));
    ours.services.sort_by(|one, other| one.name.cmp(&other.name));
    ours
}

async fn tell(tools: &Tools, stack: &Stack, transition: &Transition<'_>) {
    let Transition { kind, now } = transition;
    info!(
        stack.name = %stack.key, condition = kind.name(), status = now.status, reason = now.reason,
        "{} is {kind}={} ({}): {}", stack.key, now.status, now.reason, now.message
    );
    let event = Event {
        type_: if alarming(*kind, now) { EventType::Warning } else { EventType::Normal },
        reason: now.reason.clone(),
        note: Some(shortened(format!("{kind}={}: {}", now.status, now.message), NOTE_LIMIT)),
        action: kind.name().to_owned(),
        secondary: None,
    };
    // An event that is lost is not worth failing for: the status says the same.
    if let Err(error) = tools.recorder.publish(&event, &stack.reference()).await {
        warn!(stack.name = %stack.key, "Could not write an event: {}", client::reason(&error));
    }
}

fn alarming(kind: ConditionType, now: &Condition) -> bool {
    match kind {
        ConditionType::Degraded => now.status == "True",
        ConditionType::Progressing => now.reason == "Blocked",
        ConditionType::MigrationsApplied => now.reason == "MigrationFailed",
        ConditionType::AutoscalingActive => {
            ["YieldedToExternal", "KedaNotInstalled"].contains(&now.reason.as_str())
        }
        ConditionType::MetricsAvailable => now.status == "False" && now.reason != Reason::NotAskedYet.name(),
        ConditionType::CertificatesReady => now.status == "False" && now.reason == Reason::Expired.name(),
        ConditionType::BackedUp => {
            [Reason::BackupFailed.name(), Reason::Overdue.name()].contains(&now.reason.as_str())
        }
        ConditionType::ExposureReady
        | ConditionType::HighlyAvailable
        | ConditionType::Ready
        | ConditionType::DatabaseReady
        | ConditionType::MessagingReady => false,
    }
}
