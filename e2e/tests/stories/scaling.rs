//! Numbers of pods follow what Prometheus measures, and people. Most stories have services of their own, and are told beside
//! each other, for they mostly wait; what needs the whole machine, or Prometheus, is told alone.

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
use contracts::Role;
use e2e::{Story, alone_in_the_cluster, beside_others};

/// The operator looks every 15 s, and at once at what was changed by hand.
const TICK: Duration = Duration::from_secs(15);
/// A few looks, and a pod that starts.
const SCALED_WITHIN: Duration = Duration::from_secs(60);

/// Leaves one pod of each of its roles behind.
fn scaling_alone(name: &str, roles: &[Role], story: impl AsyncFnOnce(&Story) -> Result<()>) {
    alone_in_the_cluster(name, async |prepared| {
        story(&prepared).await?;
        prepared.stack.unscale(roles).await
    });
}

/// The same, where nobody else scales these roles meanwhile.
fn scaling_beside_others(name: &str, roles: &[Role], story: impl AsyncFnOnce(&Story) -> Result<()>) {
    beside_others(name, async |prepared| {
        story(&prepared).await?;
        prepared.stack.unscale(roles).await
    });
}
