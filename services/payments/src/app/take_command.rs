//! What the checkout saga asks for. Only the intent is recorded here; the worker calls the provider after the commit.

use contracts::inbound::payments::Commands;
use kernel::{EventId, OrderId, Timestamp};
use platform::consumer::HandleError;
use platform::{Connection, StoreError};

use super::record_answer::record_answer;
use crate::domain::{Payment, Unfit};
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
        Commands::AuthorizePayment(order) => store::payment_lock_or_create(conn, order.order_id, now).await?,
        Commands::VoidPayment(order) => store::payment_lock_or_create(conn, order.order_id, now).await?,
        Commands::CapturePayment(order) => existing(conn, order.order_id).await?,
        Commands::RefundPayment(order) => existing(conn, order.order_id).await?,
        Commands::RefundPart(order) => existing(conn, order.order_id).await?,
    };
    let mut after = before.clone();
    let decided = match command {
        Commands::AuthorizePayment(order) => {
            let early = store::submission_find(conn, order.order_id, order.customer_id).await?;
            after.authorize(order, early)
        }
        Commands::VoidPayment(_) => after.void(),
        Commands::CapturePayment(_) => after.capture(),
        Commands::RefundPayment(_) => after.refund(),
        Commands::RefundPart(_) => return Err(HandleError::Impossible("not yet".to_owned())),
    };
    let answer = decided.map_err(impossible)?;
    after.version += i64::from(after != before);

    store::payment_save(conn, &before, &after, Some(cause), now).await?;
    if after.status != before.status {
        store::submissions_forget(conn, after.order_id).await?;
    }
    record_answer(conn, &after, answer, Some(cause), now).await?;
    Ok(())
}

async fn existing(conn: &mut Connection, order_id: OrderId) -> Result<Payment, HandleError> {
    let found = store::payment_lock(conn, order_id).await.map_err(StoreError::from)?;
    found
        .map(|(payment, _)| payment)
        .ok_or_else(|| HandleError::Impossible(format!("there is no payment for order {order_id}")))
}

fn impossible(unfit: Unfit) -> HandleError {
    HandleError::Impossible(unfit.to_string())
}
