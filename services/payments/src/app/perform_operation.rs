//! Performs what the state says is under way: asks the provider, then records what it did.
//!
//! Three steps, each on its own: take the job (its lease is committed first), call the provider (no transaction is
//! open), record the outcome with its event. A crash between any two is a lease that ends: the next worker asks the
//! provider what became of the same key.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::payments::TransactionView;
use diesel_async::AsyncConnection;
use kernel::{Clock, Timestamp};
use platform::{Connection, Database, StoreError};
use tracing::{error, info, warn};

use super::record_answer::record_answer;
use crate::domain::{Call, Operation, Outcome, Payment, Provider, Settled, ask_again_after};
use crate::metrics;
use crate::store::{self, Job};

/// Longer than asking and placing together, with time to record; after it another worker takes over.
pub const LEASE: Duration = Duration::from_secs(30);

/// Takes up to `at_most` operations that are due.
pub async fn claim_operations(
    database: &Database,
    now: Timestamp,
    at_most: usize,
) -> Result<Vec<Job>, StoreError> {
    let mut conn = database.connect().await?;
    let lease_ends = now + LEASE;
    let at_most = i64::try_from(at_most).expect("a worker performs few at once");
    conn.transaction(async |conn| store::work_claim(conn, now, lease_ends, at_most).await)
        .await
        .map_err(StoreError::from)
}

pub struct Cashier {
    pub database: Database,
    pub clock: Clock,
    pub provider: Arc<dyn Provider>,
    /// Past this the outcome of a call is unknown.
    pub answer_within: Duration,
}

impl Cashier {
    pub async fn perform_operation(&self, job: Job) {
        let (Some(call), Some(operation)) = (job.payment.call(), job.payment.operation()) else { return };
        let outcome = self.ask(&call, job.asks).await;
        metrics::provider_call(operation, &outcome);
        self.record(&job, operation, &call, &outcome).await;
    }

    async fn ask(&self, call: &Call, asks: i32) -> Outcome {
        let provider = self.provider.as_ref();
        let asking =
            async { if asks > 1 { call.find_or_place(provider).await } else { call.place(provider).await } };
        tokio::time::timeout(self.answer_within, asking).await.unwrap_or(Outcome::Unknown)
    }

    /// Tries until the lease ends: what the provider has told us need not be asked for again.
    async fn record(&self, job: &Job, operation: Operation, call: &Call, outcome: &Outcome) {
        let order_id = job.payment.order_id;
        let mut pauses = platform::backoff::until_available();
        let trying = async {
            loop {
                match self.try_record(job, operation, call, outcome).await {
                    Ok(()) => return,
                    Err(StoreError::Unavailable(why)) => {
                        warn!(order.id = %order_id, error = why, "The payment of {order_id} waits for the database");
                        tokio::time::sleep(pauses.next().unwrap_or_default()).await;
                    }
                    Err(StoreError::Query(failure)) => {
                        error!(order.id = %order_id, error = %failure, "Could not record the payment of {order_id}");
                        return;
                    }
                }
            }
        };
        if tokio::time::timeout(LEASE / 3, trying).await.is_err() {
            warn!(order.id = %order_id, "Gave up recording the payment of {order_id}; its lease will end");
        }
    }

    async fn try_record(
        &self,
        job: &Job,
        operation: Operation,
        call: &Call,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| self.record_in(conn, job, operation, call, outcome).await)
            .await
            .map_err(StoreError::from)
    }

    async fn record_in(
        &self,
        conn: &mut Connection,
        job: &Job,
        operation: Operation,
        call: &Call,
        outcome: &Outcome,
    ) -> diesel::QueryResult<()> {
        let now = self.clock.now();
        // Read again: since the job was taken the order may have given up, or another worker may have been here.
        let Some((before, cause)) = store::payment_lock(conn, job.payment.order_id).await? else {
            return Ok(());
        };
        let mut after = before.clone();
        let settled = after.settle(&call.key, outcome);
        if settled == Settled::Stale {
            return Ok(());
        }
        if let Some(transaction) = transaction(&before, operation, outcome, now) {
            store::transaction_record(conn, before.id, &call.key, &transaction).await?;
        }
        after.version += i64::from(after != before);
        store::payment_save(conn, &before, &after, None, now).await?;
        match settled {
            Settled::Done(answer) => {
                let (order_id, status) = (after.order_id, after.status);
                info!(order.id = %order_id, ?status, "The payment of {order_id} is {status:?}");
                record_answer(conn, &after, answer, cause, now).await
            }
            Settled::Again => {
                let new_attempt = after.attempt != before.attempt;
                let asks = if new_attempt { 0 } else { job.asks };
                let pause = ask_again_after(asks + after.attempt - 1, rand::random());
                log_open(&after, operation, pause, new_attempt);
                store::work_ask_again(conn, after.id, asks, now + pause, now).await
            }
            Settled::Stale => Ok(()),
        }
    }
}

fn log_open(payment: &Payment, operation: Operation, pause: TimeDelta, refused: bool) {
    let (order_id, operation, seconds) = (payment.order_id, operation.name(), pause.num_seconds());
    if refused {
        error!(order.id = %order_id, operation, "The provider refuses to {operation} the payment of {order_id}; asking again in {seconds} s");
    } else {
        warn!(order.id = %order_id, operation, "Nobody knows yet whether {operation} of {order_id} happened; asking again in {seconds} s");
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
    Some(TransactionView { kind: operation.kind(), succeeded, amount: payment.due(), reference, at })
}
