//! What a provider tells us unasked: outcomes of our calls, and what was done behind our back.

use contracts::api::payments::{PaymentStatus, TransactionKind, TransactionView};
use diesel::QueryResult;
use kernel::Timestamp;
use platform::Connection;
use tracing::warn;

use super::record_answers::record_answers;
use super::settle_operation::{Said, settle_operation};
use crate::domain::{Actor, Answer, Entry, News, Notice, Operation, Outcome, Payment};
use crate::store;

/// What was made of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    Applied,
    /// It counted before, or says what is known.
    Known,
    /// It is about no payment of ours.
    Stranger,
    /// It can't be judged while an operation is under way: to be brought again later.
    NotYet,
}

/// In the caller's transaction, which also marks the notice as handled; a notice may be brought again.
pub async fn take_notice(
    conn: &mut Connection,
    provider: &'static str,
    notice: &Notice,
    now: Timestamp,
) -> QueryResult<Noticed> {
    let order_id = match &notice.key {
        Some(key) => Some(key.order_id()),
        None => store::payment_of_reference(conn, &notice.about).await?,
    };
    let locked = match order_id {
        Some(order_id) => store::payment_lock(conn, order_id).await?,
        None => None,
    };
    let Some((before, cause)) = locked else {
        let entry = Entry::notice(provider, None, notice, "about no payment of ours");
        store::audit_record(conn, &[entry], now).await?;
        return Ok(Noticed::Stranger);
    };
    let outcome = outcome_of(&before, notice);
    if outcome.is_none() && is_too_early(&before, notice) {
        return Ok(Noticed::NotYet);
    }
    if !store::notice_keep(conn, provider, &identity(notice), now).await? {
        return Ok(Noticed::Known);
    }
    if let (Some(outcome), Some(call), Some(operation)) = (outcome, before.call(), before.operation()) {
        let entry = Entry::notice(provider, order_id, notice, "the outcome of our call");
        store::audit_record(conn, &[entry], now).await?;
        let said = Said { by: Actor::Provider(provider), call: &call, operation, outcome: &outcome, asks: 1 };
        settle_operation(conn, (&before, cause), said, now).await?;
        return Ok(Noticed::Applied);
    }
    apply_elsewhere(conn, provider, &before, notice, now).await
}

/// A dispute is told of many times; its reference is what counts once.
fn identity(notice: &Notice) -> String {
    match &notice.news {
        News::ChargedBack { reference, .. } => format!("chargeback {reference}"),
        _ => notice.id.clone(),
    }
}

/// Where it tells how the operation that is under way has ended.
fn outcome_of(payment: &Payment, notice: &Notice) -> Option<Outcome> {
    let (operation, key) = (payment.operation()?, payment.key()?);
    let ours = notice.key.as_ref() == Some(&key);
    let approved = |reference: &String, capture_before| {
        Some(Outcome::Approved { reference: reference.clone(), capture_before })
    };
    match (&notice.news, operation) {
        (News::Authorized { reference, capture_before }, Operation::Authorize) if ours => {
            approved(reference, *capture_before)
        }
        (News::Declined { reference, reason }, _) if ours => {
            Some(Outcome::Declined { reference: reference.clone(), reason: *reason })
        }
        // There is one capture and one void of an authorisation, so they need no key.
        (News::Captured { reference, amount }, Operation::Capture) if *amount == payment.due() => {
            approved(reference, None)
        }
        (News::Voided { reference }, Operation::Void) => approved(reference, None),
        (News::Refunded { reference, amount }, Operation::Refund) if ours && *amount == payment.moves() => {
            approved(reference, None)
        }
        _ => None,
    }
}

fn is_too_early(payment: &Payment, notice: &Notice) -> bool {
    match notice.news {
        News::Refunded { .. } => {
            payment.status == PaymentStatus::Refunding || payment.status == PaymentStatus::Capturing
        }
        News::ChargedBack { .. } | News::Captured { .. } => payment.status == PaymentStatus::Capturing,
        News::Voided { .. } => payment.status == PaymentStatus::Authorizing,
        News::Authorized { .. } | News::Declined { .. } => false,
    }
}

/// Not by a call of ours. A capture behind our back is only written down: the reconciliation finds it in the books.
async fn apply_elsewhere(
    conn: &mut Connection,
    provider: &'static str,
    before: &Payment,
    notice: &Notice,
    now: Timestamp,
) -> QueryResult<Noticed> {
    let mut after = before.clone();
    let mut told: Option<(TransactionKind, &String)> = None;
    let mut answer: Option<Answer> = None;
    match &notice.news {
        News::Voided { reference } if after.lose_authorization() => {
            told = Some((TransactionKind::Void, reference));
        }
        News::Refunded { reference, amount } => {
            let known = store::transaction_known(conn, before.id, reference).await?;
            if !known && after.refunded_elsewhere(reference, *amount) {
                told = Some((TransactionKind::Refund, reference));
            }
        }
        News::ChargedBack { amount, .. } => answer = after.charge_back(*amount).ok(),
        News::Authorized { .. } | News::Declined { .. } | News::Captured { .. } | News::Voided { .. } => {}
    }
    let (order_id, changed) = (before.order_id, after != *before);
    let meant = if changed { "done elsewhere" } else { "nothing that is not known, or that could be" };
    store::audit_record(conn, &[Entry::notice(provider, Some(order_id), notice, meant)], now).await?;
    if !changed {
        return Ok(Noticed::Known);
    }
    warn!(order.id = %order_id, provider, "{provider} says that the payment of {order_id} was changed there");
    if let Some((kind, reference)) = told {
        let amount = match notice.news {
            News::Refunded { amount, .. } => amount,
            _ => before.due(),
        };
        let done = TransactionView { kind, succeeded: true, amount, reference: reference.clone(), at: now };
        let key = format!("notice {provider} {}", notice.id);
        store::transaction_record(conn, before.id, &key, &done).await?;
    }
    after.version += 1;
    store::payment_save(conn, before, &after, None, now).await?;
    record_answers(conn, &after, &answer.into_iter().collect::<Vec<_>>(), None, now).await?;
    Ok(Noticed::Applied)
}
