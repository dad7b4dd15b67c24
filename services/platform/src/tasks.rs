//! Background work that must not end by itself: when it does, the process stops and says which task it was.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

/// Longer than any transaction may take.
const GRACE: Duration = Duration::from_secs(12);

/// Between two pieces of work, and no longer than until the process is to stop.
pub async fn pause(time: Duration, shutdown: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = shutdown.cancelled() => {}
    }
}

#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    shutdown: CancellationToken,
}

impl Tasks {
    /// Cancelled when the process is to stop; a task looks at it between two pieces of work.
    pub fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.shutdown.clone();
        let running = self.tracker.spawn(work);
        self.tracker.spawn(async move {
            let ended = running.await;
            if !shutdown.is_cancelled() {
                let why = ended.err().map_or_else(|| "it returned".to_owned(), |error| error.to_string());
                error!(task = name, "Task {name} ended before its time ({why}); stopping");
                shutdown.cancel();
            }
        });
    }

    /// Waits until every task has seen the shutdown and ended, but not for ever.
    pub async fn stopped(&self) {
        self.tracker.close();
        if tokio::time::timeout(GRACE, self.tracker.wait()).await.is_err() {
            warn!("Some tasks did not end within {} s", GRACE.as_secs());
        }
    }
}
