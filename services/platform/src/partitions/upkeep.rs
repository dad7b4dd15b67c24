//! The task that makes and drops partitions. Replicas take turns; what one has done the next one finds done.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use contracts::Role;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use kernel::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Key;
use super::month::Month;
use super::plan::{Expiry, expired, missing, months_ahead};
use crate::health::Gate;
use crate::{Connection, Database, StoreError, backoff, metrics, tasks};

const EVERY: TimeDelta = TimeDelta::hours(1);

/// How often it looks at the clock: an hour of sleep would end late where the machine slept too.
const TICK: Duration = Duration::from_secs(1);

/// Others queue behind a lock that waits, so it gives up early and comes back; and only one replica at a time.
const TAKE_TURNS: &str =
    "SET LOCAL lock_timeout = '1s'; SELECT pg_advisory_xact_lock(hashtext('partitions'))";

pub(crate) struct Table {
    pub name: &'static str,
    pub key: Key,
    pub expiry: Expiry,
}

pub(crate) struct Upkeep {
    pub role: Role,
    pub database: Database,
    pub tables: Vec<Table>,
    pub gate: Gate,
    pub clock: Clock,
}

impl Upkeep {
    pub async fn run(self, shutdown: CancellationToken) {
        let mut pauses = backoff::until_available();
        let (mut next, mut ready) = (self.clock.now(), false);
        while !shutdown.is_cancelled() {
            let now = self.clock.now();
            let mut pause = TICK;
            if now >= next {
                match self.provide(now).await {
                    Ok(()) => {
                        self.gate.open();
                        self.expire(now).await;
                        (next, ready, pauses) = (now + EVERY, true, backoff::until_available());
                    }
                    Err(error) => {
                        let (role, address) = (self.role, self.database.address());
                        warn!(%role, database = %address, %error, "{role} has no partitions ahead yet: {error}");
                        if !ready {
                            self.gate.close(error.to_string());
                        }
                        pause = pauses.next().unwrap_or(TICK);
                    }
                }
            }
            tasks::pause(pause, &shutdown).await;
        }
    }

    /// Every table has its partitions from last month to some months ahead.
    async fn provide(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut conn = self.database.connect().await?;
        for table in &self.tables {
            let mut existing = table.months(&mut conn).await?;
            self.measure(table, now, &existing);
            for month in missing(now, &existing) {
                if table.create(&mut conn, month).await? {
                    info!(role = %self.role, "Made partition {}", month.partition_of(table.name));
                }
                existing.insert(month);
            }
            self.measure(table, now, &existing);
        }
        Ok(())
    }

    fn measure(&self, table: &Table, now: Timestamp, existing: &BTreeSet<Month>) {
        let ahead = i64::try_from(months_ahead(now, existing)).unwrap_or(i64::MAX);
        metrics::PARTITIONS_AHEAD.with_label_values(&[self.role.name(), table.name]).set(ahead);
    }

    /// One that can't go now is tried again in an hour: nothing waits for it.
    async fn expire(&self, now: Timestamp) {
        for table in &self.tables {
            if let Err(error) = self.expire_of(table, now).await {
                warn!(role = %self.role, %error, cause = ?error, "Could not drop old partitions of {}", table.name);
            }
        }
    }

    async fn expire_of(&self, table: &Table, now: Timestamp) -> Result<(), StoreError> {
        let mut conn = self.database.connect().await?;
        let existing = table.months(&mut conn).await?;
        for month in expired(now, &existing, table.expiry) {
            if table.drop(&mut conn, month).await? {
                info!(role = %self.role, "Dropped partition {}", month.partition_of(table.name));
                metrics::PARTITIONS_DROPPED.with_label_values(&[self.role.name(), table.name]).inc();
            }
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

impl Table {
    /// The months that have their partition. A table that is not there yet is an error.
    async fn months(&self, conn: &mut Connection) -> QueryResult<BTreeSet<Month>> {
        let names: Vec<Name> = diesel::sql_query(
            "SELECT relname::text AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid
             WHERE inhparent = $1::regclass",
        )
        .bind::<Text, _>(self.name)
        .load(conn)
        .await?;
        Ok(names.iter().filter_map(|Name { name }| Month::of_partition(self.name, name)).collect())
    }

    /// False: another replica has made it meanwhile.
    async fn create(&self, conn: &mut Connection, month: Month) -> QueryResult<bool> {
        let (parent, partition) = (self.name, month.partition_of(self.name));
        let (from, to) = month.bounds(self.key);
        conn.transaction(async |conn| {
            conn.batch_execute(TAKE_TURNS).await?;
            if self.months(conn).await?.contains(&month) {
                return Ok(false);
            }
            // In two steps: ATTACH lets others read and write the table meanwhile, CREATE .. PARTITION OF does not.
            conn.batch_execute(&format!(
                "CREATE TABLE {partition} (LIKE {parent}
                     INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE);
                 ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES FROM ('{from}') TO ('{to}')"
            ))
            .await?;
            Ok(true)
        })
        .await
    }

    /// False: another replica has dropped it meanwhile, or it still has rows and must not have any.
    async fn drop(&self, conn: &mut Connection, month: Month) -> QueryResult<bool> {
        let (parent, partition) = (self.name, month.partition_of(self.name));
        let must_be_empty = self.expiry == Expiry::WhenEmpty;
        conn.transaction(async |conn| {
            conn.batch_execute(TAKE_TURNS).await?;
            let is_there = self.months(conn).await?.contains(&month);
            if !is_there || (must_be_empty && !is_empty(conn, &partition).await?) {
                return Ok(false);
            }
            // The parent first, as inserts do. From here on no row can come in between.
            conn.batch_execute(&format!("LOCK TABLE ONLY {parent} IN ACCESS EXCLUSIVE MODE")).await?;
            if must_be_empty && !is_empty(conn, &partition).await? {
                return Ok(false);
            }
            // Detached first: a table that foreign keys point to can't be dropped while it is part of another.
            conn.batch_execute(&format!(
                "ALTER TABLE {parent} DETACH PARTITION {partition}; DROP TABLE {partition}"
            ))
            .await?;
            Ok(true)
        })
        .await
    }
}

async fn is_empty(conn: &mut Connection, partition: &str) -> QueryResult<bool> {
    let query = format!("SELECT NOT EXISTS (SELECT FROM {partition}) AS yes");
    diesel::sql_query(query).get_result::<Answer>(conn).await.map(|answer| answer.yes)
}
