//! The task that works off what the provider has told us: woken when an event comes, and looking by itself for what is
//! due again or came in at another replica.

use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::backoff;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::EventReader;
use crate::metrics::NOTICES_FAILED;

const POLL: Duration = Duration::from_secs(1);

const TIDY_EVERY: Duration = Duration::from_secs(60);

pub async fn run(reader: EventReader, wake: Arc<Notify>, payments: Arc<Notify>, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    let mut tidied: Option<Instant> = None;
    while !shutdown.is_cancelled() {
        if tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
            if let Ok(failed) = reader.tidy().await {
                NOTICES_FAILED.set(failed);
            }
            tidied = Some(Instant::now());
        }
        let wait = match reader.work_off().await {
            Ok(true) => {
                pauses = backoff::until_available();
                payments.notify_one();
                continue;
            }
            Ok(false) => POLL,
            Err(error) => {
                warn!(%error, "Events of the provider wait for the database: {error}");
                pauses.next().unwrap_or(POLL)
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
            () = shutdown.cancelled() => {}
        }
    }
}
