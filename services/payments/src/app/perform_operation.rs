//! Performs what the state says is under way: asks the provider, then records what it did.
//!
//! Three steps, each on its own: take the job (its lease is committed first), call the provider (no transaction is
//! open), record the outcome with its event. A crash between any two is a lease that ends: the next worker asks the
//! provider what became of the same key.

use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncConnection;
use kernel::{Clock, Timestamp};
use platform::{Connection, Database, StoreError};
use tracing::{error, warn};

use super::settle_operation::{Said, settle_operation};
use crate::domain::{Actor, Call, Entry, Operation, Outcome, Provider};
use crate::metrics;
use crate::store::{self, Job};

/// Longer than asking and placing together, with time to record; after it another worker takes over.
pub const LEASE: Duration = Duration::from_secs(30);

/// Takes up to `at_most` operations that are due.
pub async fn claim_operations(
    database: &Database,
    provider: &'static str,
    now: Timestamp,
    at_most: usize,
) -> Result<Vec<Job>, StoreError> {
    let mut conn = database.connect().await?;
    let lease_ends = now + LEASE;
    let at_most = i64::try_from(at_most).expect("a worker performs few at once");
    conn.transaction(async |conn| {
        let jobs = store::work_claim(conn, now, lease_ends, at_most).await?;
        let calls: Vec<Entry> = jobs.iter().filter_map(|job| call_of(provider, job)).collect();
        if !calls.is_empty() {
            store::audit_record(conn, &calls, now).await?;
        }
        Ok(jobs)
    })
    .await
    .map_err(|error: diesel::result::Error| StoreError::from(error))
}

fn call_of(provider: &'static str, job: &Job) -> Option<Entry> {
    let (call, operation) = job.payment.call().zip(job.payment.operation())?;
    Some(Entry::call(provider, &call, operation, job.asks))
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
        // Read again: since the job was taken the order may have given up, or another worker may have been here.
        let Some((before, cause)) = store::payment_lock(conn, job.payment.order_id).await? else {
            return Ok(());
        };
        let by = Actor::Provider(self.provider.name());
        let said = Said { by, call, operation, outcome, asks: job.asks };
        settle_operation(conn, (&before, cause), said, self.clock.now()).await?;
        Ok(())
    }
}
