//! Waiting for what must come, for so long and no longer.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Looks until `look` gives something, and gives up with what it said last.
///
/// An `Err` of `look` is a reason to look again: pods restart and connections break while one waits.
pub async fn within<T>(deadline: Duration, what: &str, look: impl AsyncFn() -> Result<T>) -> T {
    let started = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        let error = match look().await {
            Ok(found) => return found,
            Err(error) => error,
        };
        assert!(started.elapsed() < deadline, "after {} s still not: {what}: {error:#}", deadline.as_secs());
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(1));
    }
}

/// Looks again and again for as long as this: `look` must not fail once.
pub async fn throughout(lasting: Duration, look: impl AsyncFn() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < lasting {
        look().await.with_context(|| format!("after {} s", began.elapsed().as_secs()))?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// `value`, or the reason why it is not there yet.
pub fn once<T: Debug>(there: bool, value: T) -> Result<T> {
    anyhow::ensure!(there, "{value:?}");
    Ok(value)
}
