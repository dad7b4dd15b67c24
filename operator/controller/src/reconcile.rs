//! A pass, seen by the controller: bounded in time, counted, and followed by a decision when to come back.

use std::sync::Arc;
use std::time::Duration;

use kube::runtime::controller::Action;
use tokio::time::Instant;
use tracing::warn;

use crate::backoff::{Failures, LONGEST, spread};
use crate::client;
use crate::metrics::{Metrics, ReconcileResult};
use crate::pass::{Ending, Tools, pass, tell_failure};
use crate::scope::Scope;
use crate::stack_key::{StackKey, StackMeta};
use crate::status::Prospect;

/// A client that waits for an answer waits for ever; a pass makes some dozens of requests of a few milliseconds.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// So many failures in a row are nothing to speak of.
const ACCIDENTS: u32 = 2;

/// How often a stack is looked at of which nothing is heard.
const STEADY: Duration = Duration::from_secs(600);

pub struct Context {
    pub tools: Tools,
    pub metrics: Metrics,
    pub failures: Failures,
    pub scope: Scope,
    /// How long a pass may take.
    pub patience: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error("the API server did not do as asked: {}", client::reason(.0))]
    Api(#[source] Box<kube::Error>),
    #[error("it took longer than {} s", .after.as_secs())]
    TimedOut { after: Duration },
}

impl ReconcileError {
    /// How long the API server wants to be left alone; it may not ask for more than a failed stack waits at most.
    pub fn asked_for(&self) -> Duration {
        match self {
            Self::Api(error) => client::asked_to_wait(error).min(LONGEST),
            Self::TimedOut { .. } => Duration::ZERO,
        }
    }
}

pub async fn reconcile(stack: Arc<StackMeta>, context: Arc<Context>) -> Result<Action, ReconcileError> {
    let key = StackKey::of(&stack);
    let started = Instant::now();
    let outcome = match tokio::time::timeout(context.patience, pass(&key, &context.tools)).await {
        Ok(Ok(ending)) => Ok(ending),
        Ok(Err(error)) => Err(ReconcileError::Api(Box::new(error))),
        Err(_) => Err(ReconcileError::TimedOut { after: context.patience }),
    };
    context.metrics.reconciled(result(&outcome), started.elapsed());
    if let Err(error) = &outcome {
        tell(error, &key, &context).await;
    }
    outcome.map(|ending| next(ending, &key, &context.failures))
}

/// A conflict is over with the next pass; what lasts longer is said on the stack itself.
async fn tell(error: &ReconcileError, key: &StackKey, context: &Context) {
    if context.failures.in_a_row(key) < ACCIDENTS {
        return;
    }
    let why = error.to_string();
    let told = tell_failure(key, &context.tools, &why);
    // What fails passes may fail this as well; then the next one tells.
    drop(tokio::time::timeout(context.patience, told).await);
}

/// Says what went wrong, here and nowhere else, and when to try again.
pub fn on_error(stack: &StackMeta, error: &ReconcileError, context: &Context) -> Action {
    let key = StackKey::of(stack);
    let wait = context.failures.failed(&key).max(error.asked_for());
    warn!(stack.name = %key, "Could not reconcile {key}, trying again in {} s: {error}", wait.as_secs());
    Action::requeue(wait)
}

fn result(outcome: &Result<Ending, ReconcileError>) -> ReconcileResult {
    match outcome {
        Err(ReconcileError::Api(_)) => ReconcileResult::Failed,
        Err(ReconcileError::TimedOut { .. }) => ReconcileResult::TimedOut,
        Ok(Ending::Gone | Ending::Seen(Prospect::Settled | Prospect::Waiting(_))) => ReconcileResult::Settled,
        Ok(Ending::Seen(Prospect::Moving | Prospect::Clearing | Prospect::Rotating)) => {
            ReconcileResult::Progressing
        }
        Ok(Ending::Seen(Prospect::Stuck | Prospect::Refused)) => ReconcileResult::Rejected,
    }
}

/// Watches wake a stack when something changes; these are for what they miss.
fn next(ending: Ending, key: &StackKey, failures: &Failures) -> Action {
    let wait = match ending {
        Ending::Seen(Prospect::Refused) => return Action::requeue(failures.failed(key)),
        Ending::Gone => {
            failures.succeeded(key);
            return Action::await_change();
        }
        Ending::Seen(Prospect::Clearing) => Duration::from_secs(1),
        Ending::Seen(Prospect::Rotating) => Duration::from_secs(5),
        Ending::Seen(Prospect::Moving) => Duration::from_secs(15),
        Ending::Seen(Prospect::Stuck) => Duration::from_secs(60),
        Ending::Seen(Prospect::Settled) => STEADY,
        Ending::Seen(Prospect::Waiting(seconds)) if Duration::from_secs(seconds) < STEADY => {
            failures.succeeded(key);
            return Action::requeue(Duration::from_secs(seconds));
        }
        Ending::Seen(Prospect::Waiting(_)) => STEADY,
    };
    failures.succeeded(key);
    Action::requeue(spread(wait, key, 0))
}
