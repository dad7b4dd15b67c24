//! A broker that grows, is started anew and loses a node while orders are placed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::broker::{queues, running_nodes};
use e2e::cluster::Kind;
use e2e::kubectl::kubectl;
use e2e::ordering::while_ordering;
use e2e::purchases::buy;
use e2e::wait::once;
use e2e::{Stack, in_own_namespace, within};
use operator_api::ConditionType;
use serde_json::{Value, json};

const READY_WITHIN: Duration = Duration::from_secs(180);
const GROWN_WITHIN: Duration = Duration::from_secs(180);
const NODES: usize = 3;

fn nodes(count: usize) -> Value {
    json!({"spec": {"messaging": {"embedded": {"replicas": count}}}})
}

#[test]
fn a_broker_grows_is_rolled_and_loses_a_node_and_no_order_is_lost() {
    in_own_namespace("broker", async |guests| {
        let stack = guests.stack("shop", &nodes(1)["spec"]).await?;
        stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
        let people = guests.people_of(&stack)?;
        buy(&people).await?;
        while_ordering(&people, async || {
            grows(&stack).await?;
            loses_a_node(&stack).await?;
            is_rolled(&stack).await
        })
        .await?;
        does_not_shrink(&stack).await?;
        buy(&people).await.map(drop)
    });
}

async fn grows(stack: &Stack) -> Result<()> {
    let first = stack.uids_of("rabbitmq").await?;
    stack.patch(&nodes(NODES)).await?;
    whole(stack).await;
    ensure!(stack.uids_of("rabbitmq").await?.is_superset(&first), "the first node was started anew");
    within(GROWN_WITHIN, "every queue has a member on every node", async || {
        let queues = queues(stack, &["name", "type", "members"]).await?;
        let spread = |queue: &Value| {
            queue["type"] == "quorum"
                && queue["members"].as_array().is_some_and(|members| members.len() == NODES)
        };
        let short: Vec<_> = queues.iter().filter(|queue| !spread(queue)).cloned().collect();
        once(!queues.is_empty() && short.is_empty(), (queues.len(), short))
    })
    .await;
    Ok(())
}

async fn loses_a_node(stack: &Stack) -> Result<()> {
    let pod = format!("{}-1", stack.part("rabbitmq"));
    let at_once = kube::api::DeleteParams::default().grace_period(0);
    stack.cluster.api(Kind::Pod, &stack.namespace).delete(&pod, &at_once).await?;
    whole(stack).await;
    Ok(())
}

/// Labels are part of every pod's template.
async fn is_rolled(stack: &Stack) -> Result<()> {
    let before = stack.uids_of("rabbitmq").await?;
    stack.patch(&json!({"spec": {"defaults": {"podLabels": {"story": "rolled"}}}})).await?;
    within(GROWN_WITHIN, "every node was replaced", async || {
        let now = stack.uids_of("rabbitmq").await?;
        once(now.len() == NODES && now.is_disjoint(&before), now)
    })
    .await;
    whole(stack).await;
    stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
    Ok(())
}

async fn does_not_shrink(stack: &Stack) -> Result<()> {
    let refused = stack.patch(&nodes(1)).await.err().context("it was accepted")?;
    ensure!(format!("{refused:#}").contains("its share of every queue"), "{refused:#}");
    let set = format!("statefulset/{}", stack.part("rabbitmq"));
    kubectl(&["-n", &stack.namespace, "scale", &set, "--replicas=1"]).await?;
    within(READY_WITHIN, "the number of nodes is put back", async || {
        let set = stack.cluster.get(Kind::StatefulSet, &stack.namespace, &stack.part("rabbitmq")).await?;
        once(set.data["spec"]["replicas"] == NODES, set.data["spec"]["replicas"].clone())
    })
    .await;
    whole(stack).await;
    Ok(())
}

/// All of its nodes are up and know each other.
async fn whole(stack: &Stack) {
    within(GROWN_WITHIN, &format!("{NODES} nodes are one broker"), async || {
        let ready = stack.condition(ConditionType::MessagingReady).await?;
        let set = stack.cluster.get(Kind::StatefulSet, &stack.namespace, &stack.part("rabbitmq")).await?;
        once(set.data["status"]["readyReplicas"] == NODES && ready.status == "True", ready)?;
        let running = running_nodes(stack).await?;
        once(running == NODES, running)
    })
    .await;
}
