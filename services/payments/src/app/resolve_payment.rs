//! A person has found out what the provider did, where nobody else could.

use contracts::api::payments::{DeclineReason, NewResolution, ResolutionView, ResolvedOutcome};
use kernel::{OrderId, Timestamp, UserId};
use platform::{Connection, StoreError};
use serde_json::json;
use tracing::info;

use super::settle_operation::{Said, settle_operation};
use crate::domain::{Actor, Entry, Operation, Outcome};
use crate::store;

#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no payment for this order")]
    NotFound,
    #[error("the outcome of this payment is not unknown")]
    NotUnresolved,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ResolveError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Only where the outcome is unknown. Whoever comes first counts: the provider's own answer, or the person.
pub async fn resolve_payment(
    conn: &mut Connection,
    order_id: OrderId,
    by: UserId,
    resolution: &NewResolution,
    now: Timestamp,
) -> Result<ResolutionView, ResolveError> {
    let locked = store::payment_lock(conn, order_id).await?;
    let (before, cause) = locked.ok_or(ResolveError::NotFound)?;
    let (Some(call), Some(operation)) = (before.call(), before.operation()) else {
        return Err(ResolveError::NotUnresolved);
    };
    store::work_unknown_since(conn, before.id).await?.ok_or(ResolveError::NotUnresolved)?;

    let content = json!({ "key": call.key.as_str(), "resolution": resolution });
    let decided = Entry::new(order_id, "resolution", Actor::Person(by), content);
    store::audit_record(conn, &[decided], now).await?;
    info!(order.id = %order_id, user.id = %by, "{by} resolved the payment of {order_id}");
    match outcome(operation, &resolution.outcome) {
        Some(outcome) => {
            let said = Said { by: Actor::Person(by), call: &call, operation, outcome: &outcome, asks: 1 };
            settle_operation(conn, (&before, cause), said, now).await?;
        }
        // As after the first call: it is looked for before it is placed again.
        None => store::work_ask_again(conn, before.id, 1, Some(now), now).await?,
    }
    let after = store::payment_find(conn, order_id).await?.ok_or(ResolveError::NotFound)?;
    Ok(ResolutionView { order_id, operation: operation.kind(), status: after.status })
}

/// `None`: the provider is to be asked again.
fn outcome(operation: Operation, resolved: &ResolvedOutcome) -> Option<Outcome> {
    let reason = match operation {
        Operation::Authorize => DeclineReason::CardDeclined,
        Operation::Capture | Operation::Void | Operation::Refund => DeclineReason::CaptureRefused,
    };
    match resolved {
        ResolvedOutcome::Approved { reference } => {
            Some(Outcome::Approved { reference: reference.clone(), capture_before: None })
        }
        ResolvedOutcome::Declined => {
            Some(Outcome::Declined { reference: "said by a person".to_owned(), reason })
        }
        ResolvedOutcome::AskAgain => None,
    }
}
