//! Numbers of pods follow what Prometheus measures, and people: told one at a time, for each needs the machine.

#[path = "scaling/browsing.rs"]
mod browsing;
#[path = "scaling/burst.rs"]
mod burst;
#[path = "scaling/by_hand.rs"]
mod by_hand;
#[path = "scaling/keda.rs"]
mod keda;
#[path = "scaling/modes.rs"]
mod modes;
#[path = "scaling/without_prometheus.rs"]
mod without_prometheus;
#[path = "scaling/wrong_prometheus.rs"]
mod wrong_prometheus;

use std::time::Duration;

use anyhow::Result;
use e2e::{Story, alone};

/// The operator looks every 15 s, and at once at what was changed by hand.
const TICK: Duration = Duration::from_secs(15);
/// A few looks, and a pod that starts.
const SCALED_WITHIN: Duration = Duration::from_secs(60);

/// A story that leaves one pod of everything behind.
fn scaling(name: &str, story: impl AsyncFnOnce(&Story) -> Result<()>) {
    alone(name, async |prepared| {
        story(&prepared).await?;
        prepared.stack.unscale().await
    });
}
