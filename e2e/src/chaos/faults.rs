//! Doing it: pods, processes, and the network by policies that the cluster enforces.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kube::ResourceExt;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::sync::watch;

use super::schedule::{Fault, How};
use crate::Stack;
use crate::cluster::Kind;

/// On each policy of ours.
const LABEL: &str = "ecommercestack.dev/chaos";

/// Each at its time after the checkouts have begun; what was done. None where they never begin.
pub async fn carry_out(
    stack: &Stack,
    faults: Vec<(Duration, Fault)>,
    mut begun: watch::Receiver<bool>,
) -> Result<Vec<Fault>> {
    if begun.wait_for(|begun| *begun).await.is_err() {
        return Ok(Vec::new());
    }
    let started = Instant::now();
    let all = faults.into_iter().map(async |(at, fault)| {
        tokio::time::sleep_until((started + at).into()).await;
        println!("{:4}s  chaos: {fault}", started.elapsed().as_secs());
        let done = carry_out_one(stack, &fault).await;
        if let Fault::Cut { client, server, .. } = fault {
            println!("{:4}s  chaos: {client} reaches {server} again", started.elapsed().as_secs());
        }
        done.with_context(|| fault.to_string()).map(|()| fault)
    });
    futures::future::try_join_all(all).await
}

async fn carry_out_one(stack: &Stack, fault: &Fault) -> Result<()> {
    match fault {
        Fault::Kill { part, how: How::DeletePod } => delete_pods(stack, part).await,
        Fault::Kill { part, how: How::KillProcess } => kill_processes(stack, part).await,
        Fault::Cut { client, server, lasting } => {
            let name = format!("chaos-{client}-{server}");
            stack
                .cluster
                .create(Kind::NetworkPolicy, &stack.namespace, cut(stack, &name, client, server))
                .await?;
            tokio::time::sleep(*lasting).await;
            stack.cluster.delete(Kind::NetworkPolicy, &stack.namespace, &name).await
        }
    }
}

/// One that is just being replaced has nobody to kill: its turn is over.
async fn delete_pods(stack: &Stack, part: &str) -> Result<()> {
    if stack.pods_of(part).await?.is_empty() {
        return Ok(());
    }
    match stack.kill_pods_of(part).await {
        Err(error) if is_gone(&error) => Ok(()),
        other => other.map(drop),
    }
}

fn is_gone(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(kube::Error::Api(status)) if status.is_not_found())
}

/// As the node's kernel does to a process that takes too much memory.
async fn kill_processes(stack: &Stack, part: &str) -> Result<()> {
    for pod in stack.pods_of(part).await? {
        let Some(id) = pod.data["status"]["containerStatuses"][0]["containerID"].as_str() else { continue };
        let id = id.trim_start_matches("containerd://");
        let node = pod.data["spec"]["nodeName"].as_str().context("it runs on a node")?;
        let kill = ["exec", node, "ctr", "--namespace", "k8s.io", "task", "kill", "--signal", "SIGKILL", id];
        let killed = Command::new("docker").args(kill).stdin(Stdio::null()).output().await?;
        let said = String::from_utf8_lossy(&killed.stderr);
        let gone = said.contains("not found") || said.contains("already finished");
        ensure!(killed.status.success() || gone, "{}: {}", pod.name_any(), said.trim());
    }
    Ok(())
}

/// Whoever is not `client` may still come in. It cuts connections that are open as well as new ones.
fn cut(stack: &Stack, name: &str, client: &str, server: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": { "name": name, "namespace": stack.namespace, "labels": { LABEL: "cut" } },
        "spec": {
            "podSelector": { "matchLabels": {
                "app.kubernetes.io/instance": stack.name,
                "app.kubernetes.io/name": server,
            }},
            "policyTypes": ["Ingress"],
            "ingress": [{ "from": [{ "podSelector": { "matchExpressions": [
                { "key": "app.kubernetes.io/name", "operator": "NotIn", "values": [client] },
            ]}}]}],
        },
    })
}

/// Takes back every cut, also those of a run that was killed, and gives the stack its own policies again.
pub async fn heal_all(stack: &Stack) -> Result<()> {
    stack.close_again().await?;
    for policy in stack.cluster.list(Kind::NetworkPolicy, &stack.namespace, LABEL).await? {
        stack.cluster.delete(Kind::NetworkPolicy, &stack.namespace, &policy.name_any()).await?;
    }
    Ok(())
}
