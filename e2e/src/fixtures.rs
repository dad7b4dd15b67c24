//! Definitions of somebody else's kinds, in the cluster for as long as a story needs them.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, ensure};
use kube::ResourceExt;
use kube::api::DynamicObject;
use tokio::process::Command;

use crate::cluster::{Cluster, Kind};
use crate::evidence::root;
use crate::wait::{once, within};

const SERVED_WITHIN: Duration = Duration::from_secs(30);
/// A busy API server tries again ever later when it could not look whether objects of a kind are left.
const GONE_WITHIN: Duration = Duration::from_secs(300);

/// One of the names that `e2e/cluster/fixtures` knows. Afterwards its kinds are served.
pub async fn install(cluster: &Cluster, name: &str) -> Result<()> {
    let script = root().join("e2e/cluster/fixtures");
    let done = Command::new(script).arg(name).stdin(Stdio::null()).output().await?;
    ensure!(done.status.success(), "fixtures {name}: {}", String::from_utf8_lossy(&done.stderr));
    within(SERVED_WITHIN, &format!("the kinds of {name} are served"), async || {
        let all = cluster.list(Kind::ResourceDefinition, "", "").await?;
        let missing: Vec<_> = all.iter().filter(|one| !is_served(one)).map(ResourceExt::name_any).collect();
        once(missing.is_empty(), missing)
    })
    .await;
    Ok(())
}

fn is_served(definition: &DynamicObject) -> bool {
    let conditions = definition.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|one| one["type"] == "Established" && one["status"] == "True")
}

/// All definitions of these groups, with all objects of their kinds.
pub async fn remove(cluster: &Cluster, groups: &[&str]) -> Result<()> {
    for name in of_groups(cluster, groups).await? {
        cluster.delete(Kind::ResourceDefinition, "", &name).await?;
    }
    within(GONE_WITHIN, &format!("the kinds of {groups:?} are gone"), async || {
        let left = of_groups(cluster, groups).await?;
        once(left.is_empty(), left)
    })
    .await;
    Ok(())
}

/// What they are called: `<plural>.<group>`.
pub async fn of_groups(cluster: &Cluster, groups: &[&str]) -> Result<Vec<String>> {
    let all = cluster.list(Kind::ResourceDefinition, "", "").await?;
    let names = all.into_iter().filter_map(|definition| definition.metadata.name);
    let of_these = |name: &String| name.split_once('.').is_some_and(|(_, group)| groups.contains(&group));
    Ok(names.filter(of_these).collect())
}
