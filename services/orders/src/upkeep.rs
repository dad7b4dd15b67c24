//! Clears away what guests have left behind. Every replica does: carts that another has in hand are left to it.

use std::time::Duration;

use platform::tasks;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::app::App;

pub async fn run(app: App, every: Duration, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match app.expire_carts().await {
            Ok(0) => {}
            Ok(gone) => info!("Deleted {gone} carts that guests had left"),
            Err(error) => warn!(error = ?error, "Could not look for old carts; they are deleted later"),
        }
        tasks::pause(every, &shutdown).await;
    }
}
