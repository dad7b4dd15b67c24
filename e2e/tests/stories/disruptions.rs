//! A drain takes one pod of a service at a time, whatever somebody does to the budget.

use std::time::Duration;

use anyhow::{Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::kubectl::{Said, try_kubectl};
use e2e::requests::while_asking;
use e2e::wait::once;
use e2e::{SETTLED_WITHIN, Stack, alone, within};
use kube::ResourceExt;
use serde_json::json;

const ROLE: Role = Role::Catalog;
const BACK_WITHIN: Duration = Duration::from_secs(10);

#[test]
fn a_drain_takes_one_pod_at_a_time_and_a_budget_that_was_edited_is_put_back() {
    alone("disruptions", async |story| {
        let stack = &story.stack;
        let two = json!({"mode": "Native", "min": 2, "max": 2});
        stack.scale(ROLE, &two).await?;
        stack.wait_until_settled(SETTLED_WITHIN).await;
        stack.has(ROLE, 2, SETTLED_WITHIN).await;
        let told = while_asking(&story.people, async || {
            edited(stack).await?;
            drained(stack).await
        })
        .await;
        stack.unscale(&[ROLE]).await?;
        told?;
        stack.wait_until_settled(SETTLED_WITHIN).await;
        let budget = stack.cluster.exists(Kind::Budget, &stack.namespace, &stack.part(ROLE.name())).await?;
        ensure!(!budget, "the budget of a service with one pod would keep its node from being drained");
        Ok(())
    });
}

async fn edited(stack: &Stack) -> Result<()> {
    let (namespace, name) = (&stack.namespace, stack.part(ROLE.name()));
    let all = json!({"spec": {"maxUnavailable": "100%"}});
    stack.cluster.patch(Kind::Budget, namespace, &name, &all).await?;
    within(BACK_WITHIN, "the budget is one pod again", async || {
        let budget = stack.cluster.get(Kind::Budget, namespace, &name).await?;
        let status = &budget.data["status"];
        let seen = status["observedGeneration"].as_i64() == budget.metadata.generation;
        once(
            budget.data["spec"]["maxUnavailable"] == 1 && seen && status["disruptionsAllowed"] == 1,
            budget.data,
        )
    })
    .await;
    Ok(())
}

/// The second one has to wait until the first one is replaced, and then may go.
async fn drained(stack: &Stack) -> Result<()> {
    let pods: Vec<String> = stack.pods_of(ROLE.name()).await?.iter().map(ResourceExt::name_any).collect();
    ensure!(pods.len() == 2, "{pods:?}");
    let first = evict(stack, &pods[0]).await?;
    ensure!(first.succeeded, "{}", first.err);
    let second = evict(stack, &pods[1]).await?;
    ensure!(!second.succeeded && second.err.contains("disruption budget"), "{second:?}");
    within(SETTLED_WITHIN, "the second one may go", async || {
        let second = evict(stack, &pods[1]).await?;
        once(second.succeeded, second)
    })
    .await;
    stack.wait_until_settled(SETTLED_WITHIN).await;
    Ok(())
}

/// As `kubectl drain` asks for it.
async fn evict(stack: &Stack, pod: &str) -> Result<Said> {
    let path = format!("/api/v1/namespaces/{}/pods/{pod}/eviction", stack.namespace);
    let metadata = json!({"name": pod, "namespace": stack.namespace});
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata});
    try_kubectl(&["create", "--raw", &path, "-f", "-"], &eviction.to_string()).await
}
