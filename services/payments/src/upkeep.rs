//! The tasks that look after the books: the audit trail's sealer and the reconciliation.

use std::time::{Duration, Instant};

use platform::{Database, tasks};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::app::{Reconciler, seal_audit};
use crate::metrics;

/// An end of the chain in the log is an end that nobody can rewrite in the database.
const NOTE_EVERY: Duration = Duration::from_secs(3_600);

pub async fn seal(database: Database, every: Duration, shutdown: CancellationToken) {
    let mut noted: Option<Instant> = None;
    while !shutdown.is_cancelled() {
        match seal_audit(&database).await {
            Ok(Some(end)) => {
                metrics::audit_sealed(end.sequence);
                if noted.is_none_or(|at| at.elapsed() >= NOTE_EVERY) {
                    noted = Some(Instant::now());
                    info!(audit.end = %end, "The audit trail is sealed up to {end}");
                }
            }
            Ok(None) => {}
            Err(error) => warn!(%error, "The audit trail could not be sealed now: {error}"),
        }
        tasks::pause(every, &shutdown).await;
    }
}

pub async fn reconcile(reconciler: Reconciler, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        if let Err(error) = reconciler.pass().await {
            warn!(%error, "The reconciliation could not be done now: {error}");
        }
        tasks::pause(reconciler.every.mul_f64(1.0 + 0.1 * rand::random::<f64>()), &shutdown).await;
    }
}
