//! A shell inside of a pod whose image has none: in an ephemeral container, which has the pod's network and address.

use std::time::Duration;

use anyhow::{Result, ensure};
use kube::ResourceExt;
use kube::api::DynamicObject;
use uuid::Uuid;

use crate::cluster::{Cluster, Kind};
use crate::kubectl::kubectl;
use crate::wait::within;

/// In the node already, stories or not.
pub const IMAGE: &str = "docker.io/library/debian:trixie-slim";
const DONE_WITHIN: Duration = Duration::from_secs(60);

/// What a script of bash prints in there. The container stays in the pod's record for as long as the pod lives.
pub async fn run(cluster: &Cluster, pod: &DynamicObject, script: &str) -> Result<String> {
    let (namespace, name) = (pod.namespace().unwrap_or_default(), pod.name_any());
    let container = format!("story-{}", &Uuid::new_v4().simple().to_string()[..8]);
    let (image, named) = (format!("--image={IMAGE}"), format!("--container={container}"));
    let command = ["-n", &namespace, "debug", &name, &image, &named, "--profile=restricted", "--quiet"];
    let pull = "--image-pull-policy=IfNotPresent";
    kubectl(&[&command[..], &[pull, "--attach=false", "--", "bash", "-c", script]].concat()).await?;
    within(DONE_WITHIN, &format!("the script in {name} has ended"), async || {
        let pod = cluster.get(Kind::Pod, &namespace, &name).await?;
        let statuses =
            pod.data["status"]["ephemeralContainerStatuses"].as_array().cloned().unwrap_or_default();
        let status = statuses.into_iter().find(|status| status["name"] == container).unwrap_or_default();
        ensure!(status["state"]["terminated"].is_object(), "{}", status["state"]);
        Ok(())
    })
    .await;
    kubectl(&["-n", &namespace, "logs", &name, &named]).await
}
