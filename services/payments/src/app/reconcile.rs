//! Compares our ledger with the provider's books, and what was captured and given back with what orders says.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::RunQueryDsl;
use kernel::{Clock, Timestamp};
use platform::{Connection, Database, StoreError};
use tracing::{info, warn};

use crate::domain::Provider;
use crate::metrics;
use crate::store::{self, Copied, Span};

/// How far back each pass looks; what is found stays under observation however old it gets.
const LOOKS_BACK: TimeDelta = TimeDelta::days(7);

/// Of the provider's books in one pass.
const PAGES: usize = 20;

/// One replica at a time.
const LOCK: i64 = 7_134;

pub struct Reconciler {
    pub database: Database,
    pub clock: Clock,
    pub provider: Arc<dyn Provider>,
    pub every: Duration,
    /// What is younger may still be under way.
    pub grace: TimeDelta,
    pub answer_within: Duration,
}

impl Reconciler {
    /// Every replica shows what is found, one of them looks.
    pub async fn pass(&self) -> Result<(), StoreError> {
        // A connection of its own: the lock is the session's, and goes with it.
        let mut conn = self.database.connect_alone().await?;
        if self.is_ours(&mut conn).await? {
            let new = self.reconcile(&mut conn).await?;
            if new > 0 {
                warn!(new, "The reconciliation found {new} new differences");
            }
        }
        let counts = store::differences_count(&mut conn).await?;
        metrics::differences(&counts);
        Ok(())
    }

    async fn is_ours(&self, conn: &mut Connection) -> Result<bool, StoreError> {
        let lock = diesel::dsl::sql::<Bool>("pg_try_advisory_lock(").bind::<BigInt, _>(LOCK).sql(")");
        Ok(diesel::select(lock).get_result(conn).await?)
    }

    async fn reconcile(&self, conn: &mut Connection) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let before = store::books_copied(conn, self.provider.name()).await?;
        let soon = TimeDelta::from_std(self.every / 2).unwrap_or_default();
        if before.ran_at.is_some_and(|at| now < at + soon) {
            return Ok(0);
        }
        let copied = self.copy_books(conn, before, now).await?;
        store::books_keep(conn, self.provider.name(), &copied, now).await?;
        let span = Span { from: now - LOOKS_BACK, until: now - self.grace, copied_until: copied.until };
        Ok(store::differences_find(conn, span, now).await?)
    }

    async fn copy_books(
        &self,
        conn: &mut Connection,
        mut copied: Copied,
        now: Timestamp,
    ) -> Result<Copied, StoreError> {
        for _ in 0..PAGES {
            let asking = self.provider.transactions_since(copied.cursor.as_deref());
            let Ok(Some(page)) = tokio::time::timeout(self.answer_within, asking).await else { break };
            copied.cursor = page.cursor;
            if page.entries.is_empty() {
                copied.until = Some(now - self.provider.books_lag());
                break;
            }
            store::books_copy(conn, &page.entries).await?;
            let lines = page.entries.len();
            info!(lines, "Copied {lines} lines of the provider's books");
        }
        Ok(copied)
    }
}
