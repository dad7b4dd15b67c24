//! Deletes what the inbox and the idempotency keys no longer need to remember, a bounded batch at a time.

use std::num::NonZeroU16;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use kernel::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{ConfigError, Database, Settings, StoreError, metrics, tasks};

const EVERY: TimeDelta = TimeDelta::hours(1);
/// After the start, which has better to do, and whose schema may not be there yet.
const FIRST: TimeDelta = TimeDelta::minutes(1);
const TICK: Duration = Duration::from_secs(1);

/// Few enough that no lock is held for long and autovacuum keeps up.
const BATCH: usize = 2_000;

/// Longer than a message can stay in the broker: one that comes again after it would have its effect again.
const INBOX_DAYS: NonZeroU16 = NonZeroU16::new(14).expect("not zero");
/// As long as a client may take to ask again.
const KEY_HOURS: NonZeroU16 = NonZeroU16::new(24).expect("not zero");

pub(crate) struct Sweep {
    role: &'static str,
    database: Database,
    clock: Clock,
    tables: [Swept; 2],
}

struct Swept {
    table: &'static str,
    column: &'static str,
    keep: TimeDelta,
}

impl Sweep {
    pub fn from_settings(settings: &Settings, database: Database, clock: Clock) -> Result<Self, ConfigError> {
        let days = settings.parsed_or("INBOX_RETENTION_DAYS", INBOX_DAYS)?.get();
        let hours = settings.parsed_or("IDEMPOTENCY_RETENTION_HOURS", KEY_HOURS)?.get();
        let inbox = Swept { table: "inbox", column: "received_at", keep: TimeDelta::days(days.into()) };
        let keep = TimeDelta::hours(hours.into());
        let keys = Swept { table: "idempotency_keys", column: "created_at", keep };
        Ok(Self { role: settings.role().name(), database, clock, tables: [inbox, keys] })
    }

    pub async fn run(self, shutdown: CancellationToken) {
        let mut next = self.clock.now() + FIRST;
        while !shutdown.is_cancelled() {
            let now = self.clock.now();
            if now >= next {
                next = if self.round(now).await { now } else { now + EVERY };
            }
            tasks::pause(TICK, &shutdown).await;
        }
    }

    /// One batch of each table; whether there may be more.
    async fn round(&self, now: Timestamp) -> bool {
        let mut more = false;
        for table in &self.tables {
            match table.batch(&self.database, now).await {
                Ok(deleted) => {
                    metrics::SWEPT.with_label_values(&[self.role, table.table]).inc_by(deleted as u64);
                    more |= deleted >= BATCH;
                }
                // It is tried again within the hour: nothing waits for it.
                Err(error) => {
                    warn!(role = self.role, %error, "Could not delete old rows of {}", table.table);
                }
            }
        }
        more
    }
}

impl Swept {
    async fn batch(&self, database: &Database, now: Timestamp) -> Result<usize, StoreError> {
        let Self { table, column, keep } = self;
        // Replicas that do it at the same time each take other rows.
        let delete = format!(
            "DELETE FROM {table} WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM {table} WHERE {column} < $1 ORDER BY {column} LIMIT $2 FOR UPDATE SKIP LOCKED))"
        );
        let mut conn = database.connect().await?;
        let deleted = diesel::sql_query(delete)
            .bind::<Timestamptz, _>(now - *keep)
            .bind::<BigInt, _>(i64::try_from(BATCH).unwrap_or(i64::MAX))
            .execute(&mut conn);
        Ok(deleted.await?)
    }
}
