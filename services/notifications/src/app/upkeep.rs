//! What is to be done from time to time: measuring, and forgetting what is old.

use std::time::Duration;

use chrono::TimeDelta;
use contracts::Role;
use contracts::api::notifications::Channel;
use kernel::Clock;
use platform::{Database, StoreError, tasks};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{metrics, store};

const EVERY: Duration = Duration::from_secs(5);

/// How many messages can be looked at.
const KEEP_IN_SINK: i64 = 1_000;

pub struct Upkeep {
    pub database: Database,
    pub clock: Clock,
    /// As long as notifications themselves are kept; none: for ever.
    pub keep_keys: Option<TimeDelta>,
}

impl Upkeep {
    pub async fn run(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.once().await {
                let address = self.database.address();
                warn!(database = %address, %error, "Upkeep waits for the database at {address}: {error}");
            }
            tasks::pause(EVERY, &shutdown).await;
        }
    }

    async fn once(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut conn = self.database.connect().await?;
        let pending = store::deliveries_pending(&mut conn).await?;
        for channel in Channel::ALL {
            let since =
                pending.iter().find(|(name, ..)| name == channel.name()).and_then(|(.., since)| *since);
            let seconds = since.map_or(0, |since| (now - since).num_seconds().max(0));
            metrics::QUEUE_AGE_SECONDS.with_label_values(&[channel.name()]).set(seconds);
        }
        metrics::WORK_PENDING
            .with_label_values(&[Role::Notifications.name()])
            .set(pending.iter().map(|(_, count, _)| count).sum());
        metrics::WAITING.set(store::waiting_count(&mut conn).await?);
        if let Some(keep) = self.keep_keys {
            store::deliveries_forget(&mut conn, now - keep).await?;
        }
        store::sink_trim(&mut conn, KEEP_IN_SINK).await?;
        Ok(())
    }
}
