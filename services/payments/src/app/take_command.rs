//! What the checkout saga asks for. Only the intent is recorded here; the worker calls the provider after the commit.

use contracts::api::payments::PaymentStatus;
use contracts::inbound::payments::Commands;
use kernel::{EventId, OrderId, Timestamp};
use platform::consumer::HandleError;
use platform::{Connection, StoreError};

use super::record_answers::record_answers;
use crate::domain::{Answer, Entry, Payment, Unfit};
use crate::store;

/// A command that comes again, under another id, is answered again from the state.
pub async fn take_command(
    conn: &mut Connection,
    command: &Commands,
    cause: EventId,
    now: Timestamp,
) -> Result<(), HandleError> {
    let before = match command {
        // Whichever of them comes first makes the payment; a void that does leaves a tombstone.
        Commands::AuthorizePayment(order) => store::payment_lock_or_create(conn, order.order_id).await?,
        Commands::VoidPayment(order) => store::payment_lock_or_create(conn, order.order_id).await?,
        Commands::CapturePayment(order) => existing(conn, order.order_id).await?,
        Commands::RefundPayment(order) => existing(conn, order.order_id).await?,
        Commands::RefundPart(order) => existing(conn, order.order_id).await?,
    };
    let mut after = before.clone();
    let answers = decide(conn, &mut after, command).await?;
    after.version += i64::from(after != before);

    store::audit_record(conn, &[Entry::command(command)], now).await.map_err(StoreError::from)?;
    store::payment_save(conn, &before, &after, Some(cause), now).await?;
    if before.status == PaymentStatus::Pending && after.status != before.status {
        store::submissions_forget(conn, after.order_id).await?;
    }
    record_answers(conn, &after, &answers, Some(cause), now).await?;
    Ok(())
}

/// What the order hears at once: of what is decided already.
async fn decide(
    conn: &mut Connection,
    payment: &mut Payment,
    command: &Commands,
) -> Result<Vec<Answer>, HandleError> {
    let one = |answer: Option<Answer>| answer.into_iter().collect();
    let decided = match command {
        Commands::AuthorizePayment(order) => {
            let early = store::submission_find(conn, order.order_id, order.customer_id).await?;
            payment.authorize(order, early).map(one)
        }
        Commands::VoidPayment(_) => payment.void().map(one),
        Commands::CapturePayment(_) => payment.capture().map(one),
        Commands::RefundPayment(_) => payment.refund(),
        Commands::RefundPart(part) => payment.refund_part(part),
    };
    decided.map_err(|unfit: Unfit| HandleError::Impossible(unfit.to_string()))
}

async fn existing(conn: &mut Connection, order_id: OrderId) -> Result<Payment, HandleError> {
    let found = store::payment_lock(conn, order_id).await.map_err(StoreError::from)?;
    found
        .map(|(payment, _)| payment)
        .ok_or_else(|| HandleError::Impossible(format!("there is no payment for order {order_id}")))
}
