//! Adds the ledger up, again and again: what it comes to must be what the shelves are said to hold.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kernel::{Clock, Timestamp};
use platform::{Database, StoreError, tasks};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::domain::Difference;
use crate::metrics;
use crate::store::ledger;

/// So many SKUs in one statement, which must not take long.
const SLICE: i64 = 50;
/// More need not be listed to see that something is wrong.
const LISTED: usize = 100;

/// What the last round has found; nothing before the first.
#[derive(Clone, Default)]
pub struct Findings(Arc<RwLock<Report>>);

#[derive(Clone, Default, Serialize)]
pub struct Report {
    checked_at: Option<Timestamp>,
    count: usize,
    /// The first hundred.
    differences: Vec<Difference>,
}

impl Findings {
    pub fn report(&self) -> Report {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, report: Report) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = report;
    }
}

/// Until the process stops. Each replica looks for itself, so that each can answer.
pub async fn check_ledger(
    database: Database,
    clock: Clock,
    every: Duration,
    findings: Findings,
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        match round(&database, &shutdown).await {
            Ok(mut differences) => {
                let count = differences.len();
                differences.truncate(LISTED);
                if count > 0 {
                    error!(count, first = ?differences[0], "The ledger does not add up to {count} levels");
                }
                let gauge = i64::try_from(count).unwrap_or(i64::MAX);
                metrics::LEDGER_DIFFERENCES.set(gauge);
                metrics::LEDGER_CHECKED.set(clock.now().timestamp());
                findings.replace(Report { checked_at: Some(clock.now()), count, differences });
            }
            Err(error) => warn!(%error, "The ledger can't be added up now: {error}"),
        }
        tasks::pause(every, &shutdown).await;
    }
}

/// Through all SKUs, slice by slice.
async fn round(database: &Database, shutdown: &CancellationToken) -> Result<Vec<Difference>, StoreError> {
    let mut differences = Vec::new();
    let mut after = String::new();
    while !shutdown.is_cancelled() {
        let mut conn = database.read().await?;
        let skus = ledger::skus_list(&after, SLICE, &mut conn).await?;
        let Some(last) = skus.last() else { break };
        differences.extend(ledger::differences_list(&skus, &mut conn).await?);
        after.clone_from(last);
    }
    Ok(differences)
}
