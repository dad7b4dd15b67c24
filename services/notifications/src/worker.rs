//! The tasks that send, one per channel so that a slow one holds up no other: woken when a message has been handled, and
//! looking by themselves for what is due again or was left behind by a replica that died.

use std::sync::Arc;
use std::time::Duration;

use contracts::api::notifications::Channel;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use kernel::Clock;
use platform::{Database, backoff};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::{Dispatcher, ShopChannels, claim_deliveries, release_waiting};

/// A slow answer must not hold up the others of its channel.
const CONCURRENCY: usize = 8;

const POLL: Duration = Duration::from_millis(500);

/// Whoever brings the last of news and person wakes its own releaser: this is for one that died right then.
const LOOK_FOR_WAITING: Duration = Duration::from_secs(5);

/// Wakes the tasks of this process. Other replicas' tasks look by themselves.
#[derive(Clone, Default)]
pub struct Wake(Vec<Arc<Notify>>);

impl Wake {
    /// One more task that it wakes.
    pub fn add(&mut self) -> Arc<Notify> {
        let notify = Arc::new(Notify::new());
        self.0.push(notify.clone());
        notify
    }

    pub fn all(&self) {
        self.0.iter().for_each(|task| task.notify_one());
    }
}

pub struct Worker {
    pub channel: Channel,
    pub dispatcher: Dispatcher,
    pub wake: Arc<Notify>,
}

impl Worker {
    pub async fn run(self, shutdown: CancellationToken) {
        let (database, clock) = (&self.dispatcher.database, &self.dispatcher.clock);
        let mut running = FuturesUnordered::new();
        let mut pauses = backoff::until_available();
        while !shutdown.is_cancelled() {
            let mut wait = POLL;
            let free = CONCURRENCY - running.len();
            if free > 0 {
                match claim_deliveries(database, self.channel, clock.now(), free).await {
                    Ok(tasks) => {
                        pauses = backoff::until_available();
                        running.extend(tasks.into_iter().map(|task| self.dispatcher.deliver(task)));
                    }
                    Err(error) => {
                        let address = database.address();
                        warn!(database = %address, %error, "Notifications wait for the database at {address}: {error}");
                        wait = pauses.next().unwrap_or(POLL);
                    }
                }
            }
            tokio::select! {
                Some(()) = running.next(), if !running.is_empty() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
                () = shutdown.cancelled() => {}
            }
        }
        // What has been handed over is recorded before we go: it is bounded by the time an attempt may take.
        while running.next().await.is_some() {}
    }
}

/// The task that makes notifications of news that came before its person.
pub struct Releaser {
    pub database: Database,
    pub clock: Clock,
    pub channels: ShopChannels,
    pub wake: Arc<Notify>,
    /// Those that send what it makes.
    pub workers: Wake,
}

impl Releaser {
    pub async fn run(self, shutdown: CancellationToken) {
        let mut pauses = backoff::until_available();
        while !shutdown.is_cancelled() {
            let mut wait = LOOK_FOR_WAITING;
            match release_waiting(&self.database, &self.channels, self.clock.now()).await {
                Ok(0) => pauses = backoff::until_available(),
                Ok(_) => {
                    self.workers.all();
                    wait = Duration::ZERO;
                }
                Err(error) => {
                    let address = self.database.address();
                    warn!(database = %address, %error, "Waiting news waits for the database at {address}: {error}");
                    wait = pauses.next().unwrap_or(LOOK_FOR_WAITING);
                }
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }
}
