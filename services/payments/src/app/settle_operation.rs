//! Writes down what the provider did, whoever says so: its answer, its notice, or a person who looked it up.

use contracts::api::payments::{PaymentStatus, TransactionView};
use contracts::messages::payments::InvoiceIssued;
use diesel::QueryResult;
use kernel::{EventId, Timestamp};
use platform::Connection;
use tracing::{error, info, warn};

use super::record_answers::record_answers;
use crate::domain::{
    Actor, Answer, Call, Entry, Operation, Outcome, Payment, Settled, ask_again_after, ask_anew_after,
};
use crate::store;

/// What is said about a call, and by whom.
pub struct Said<'a> {
    pub by: Actor,
    pub call: &'a Call,
    pub operation: Operation,
    pub outcome: &'a Outcome,
    /// How often it was asked.
    pub asks: i32,
}

/// With the caller's lock on `before`: ledger, state, audit trail, invoice and what the order hears, or nothing of it.
pub async fn settle_operation(
    conn: &mut Connection,
    (before, cause): (&Payment, Option<EventId>),
    said: Said<'_>,
    now: Timestamp,
) -> QueryResult<Settled> {
    let Said { by, call, operation, outcome, asks } = said;
    let mut after = before.clone();
    let settled = after.settle(&call.key, outcome);
    store::audit_record(conn, &[Entry::answer(by, call, operation, outcome)], now).await?;
    if settled == Settled::Stale {
        return Ok(settled);
    }
    if let Some(transaction) = transaction(before, operation, outcome, now) {
        store::transaction_record(conn, before.id, call.key.as_str(), &transaction).await?;
    }
    after.version += i64::from(after != *before);
    store::payment_save(conn, before, &after, None, now).await?;
    match &settled {
        Settled::Done(answers) => {
            let (order_id, status) = (after.order_id, after.status);
            info!(order.id = %order_id, ?status, "The payment of {order_id} is {status:?}");
            let invoice =
                if captured_now(before, &after) { Some(issue(conn, &after, now).await?) } else { None };
            let all: Vec<Answer> = answers.iter().cloned().chain(invoice).collect();
            record_answers(conn, &after, &all, cause, now).await?;
        }
        Settled::Again => {
            let pause = ask_again_after(asks, rand::random());
            log_unknown(&after, operation, pause);
            store::work_ask_again(conn, after.id, asks, pause.map(|pause| now + pause), now).await?;
        }
        Settled::Anew => {
            let pause = ask_anew_after(after.attempt - 1, rand::random());
            let (order_id, operation, seconds) = (after.order_id, operation.name(), pause.num_seconds());
            error!(order.id = %order_id, operation, "The provider refuses to {operation} the payment of {order_id}; asking again in {seconds} s");
            store::work_ask_again(conn, after.id, 0, Some(now + pause), now).await?;
        }
        Settled::Stale => {}
    }
    Ok(settled)
}

fn captured_now(before: &Payment, after: &Payment) -> bool {
    before.status == PaymentStatus::Capturing && after.status == PaymentStatus::Captured
}

/// Last in its transaction but for the outbox: whoever captures next waits for the number until the commit.
async fn issue(conn: &mut Connection, payment: &Payment, now: Timestamp) -> QueryResult<Answer> {
    let customer_id = payment.customer_id.expect("what is captured has a customer");
    let invoice_number = store::invoice_issue(conn, payment, customer_id, now).await?;
    Ok(Answer::Invoiced(InvoiceIssued {
        order_id: payment.order_id,
        payment_id: payment.id,
        customer_id,
        invoice_number,
        amount: payment.due(),
        issued_at: now,
    }))
}

fn log_unknown(payment: &Payment, operation: Operation, pause: Option<chrono::TimeDelta>) {
    let (order_id, operation) = (payment.order_id, operation.name());
    match pause.map(|pause| pause.num_seconds()) {
        Some(seconds) => {
            warn!(order.id = %order_id, operation, "Nobody knows yet whether {operation} of {order_id} happened; asking again in {seconds} s");
        }
        None => {
            error!(order.id = %order_id, operation, "Nobody knows whether {operation} of {order_id} happened; a person must find out");
        }
    }
}

fn transaction(
    payment: &Payment,
    operation: Operation,
    outcome: &Outcome,
    at: Timestamp,
) -> Option<TransactionView> {
    let (succeeded, reference) = match outcome {
        Outcome::Approved { reference, .. } => (true, reference.clone()),
        Outcome::Declined { reference, .. } => (false, reference.clone()),
        Outcome::Unknown => return None,
    };
    Some(TransactionView { kind: operation.kind(), succeeded, amount: payment.moves(), reference, at })
}
