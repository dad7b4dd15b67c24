//! The durable timer: every replica looks for sagas that are due, and none takes one that another has in hand.

use std::time::Duration;

use platform::{StoreError, backoff, tasks};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::App;
use crate::metrics;
use crate::store::sagas::sagas_count;

/// Another replica's sagas, and those that became due earlier meanwhile, wait no longer than this.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
const MEASURE_EVERY: Duration = Duration::from_secs(5);

pub async fn run(app: App, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    let mut measured = None;
    while !shutdown.is_cancelled() {
        let pause = match work(&app, &mut measured).await {
            Ok(pause) => {
                pauses = backoff::until_available();
                pause
            }
            Err(error) => {
                let address = app.database.address();
                warn!(database = %address, error = ?error, "The saga timer waits for the database at {address}: {error}");
                pauses.next().unwrap_or(LONGEST_SLEEP)
            }
        };
        tasks::pause(pause, &shutdown).await;
    }
}

/// How long to sleep now.
async fn work(app: &App, measured: &mut Option<Instant>) -> Result<Duration, StoreError> {
    let next = app.drive_due().await?;
    if measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
        let mut conn = app.database.connect().await?;
        metrics::record(&sagas_count(&mut conn, app.clock.now()).await?);
        *measured = Some(Instant::now());
    }
    let until = next.map_or(LONGEST_SLEEP, |next| (next - app.clock.now()).to_std().unwrap_or_default());
    // Never at once: what is due and not ours would be asked for in a loop.
    Ok(until.clamp(Duration::from_millis(5), LONGEST_SLEEP))
}
