//! The task that performs payment operations: woken when a message has been handled, and looking by itself for what
//! is due again or was left behind by a replica that died.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use kernel::Clock;
use platform::{Database, backoff};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::{Cashier, claim_operations};
use crate::domain::Provider;
use crate::{metrics, store};

/// A slow answer must not hold up the others; more than the database pool could record at once is of no use.
const CONCURRENCY: usize = 8;

const POLL: Duration = Duration::from_millis(500);

const COUNT_EVERY: Duration = Duration::from_secs(5);

pub struct Worker {
    pub database: Database,
    pub clock: Clock,
    pub provider: Arc<dyn Provider>,
    pub answer_within: Duration,
    pub wake: Arc<Notify>,
}

impl Worker {
    pub async fn run(self, shutdown: CancellationToken) {
        let cashier = Cashier {
            database: self.database.clone(),
            clock: self.clock.clone(),
            provider: self.provider.clone(),
            answer_within: self.answer_within,
        };
        let mut running = FuturesUnordered::new();
        let mut pauses = backoff::until_available();
        let mut counted: Option<Instant> = None;
        while !shutdown.is_cancelled() {
            let mut wait = POLL;
            let free = CONCURRENCY - running.len();
            if free > 0 {
                let provider = self.provider.name();
                let claiming = claim_operations(&self.database, provider, self.clock.now(), free);
                match beside(&mut running, claiming).await {
                    Ok(jobs) => {
                        pauses = backoff::until_available();
                        running.extend(jobs.into_iter().map(|job| cashier.perform_operation(job)));
                    }
                    Err(error) => {
                        let address = self.database.address();
                        warn!(database = %address, %error, "Payments wait for the database at {address}: {error}");
                        wait = pauses.next().unwrap_or(POLL);
                    }
                }
            }
            if counted.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
                beside(&mut running, self.count_unknown()).await;
                counted = Some(Instant::now());
            }
            tokio::select! {
                Some(()) = running.next(), if !running.is_empty() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
                () = shutdown.cancelled() => {}
            }
        }
        // What has been asked is recorded before we go: it is bounded by the provider's time limit.
        while running.next().await.is_some() {}
    }

    /// The loop itself says when the database is away.
    async fn count_unknown(&self) {
        let Ok(mut conn) = self.database.connect().await else { return };
        if let Ok(since) = store::unknown_ages(&mut conn).await {
            metrics::unknown(&since, self.clock.now());
        }
    }
}

/// What `other` gives, while the jobs go on: one that nobody polls keeps the connection that `other` waits for.
async fn beside<T>(
    running: &mut FuturesUnordered<impl Future<Output = ()>>,
    other: impl Future<Output = T>,
) -> T {
    let mut other = pin!(other);
    loop {
        tokio::select! {
            done = &mut other => return done,
            Some(()) = running.next(), if !running.is_empty() => {}
        }
    }
}
