//! A database whose volume grows, and whose Postgres becomes another minor version, while orders are placed.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::cluster::Kind;
use e2e::guests::Guests;
use e2e::ordering::while_ordering;
use e2e::wait::once;
use e2e::{SETTLED_WITHIN, Stack, in_own_namespace, within};
use kube::ResourceExt;
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

const READY_WITHIN: Duration = Duration::from_secs(180);
const NOTICED_WITHIN: Duration = Duration::from_secs(60);
const CLASS: &str = "story-volumes";
const SIZE: &str = "2Gi";

#[test]
fn a_volume_grows_once_its_class_lets_it_and_another_minor_version_is_one_restart() {
    in_own_namespace("volumes", async |guests| {
        make_class_that_lets_none_grow(&guests).await?;
        let storage = json!({"className": CLASS});
        let stack = guests.stack("shop", &json!({"database": {"embedded": {"storage": storage}}})).await?;
        stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
        let people = guests.people_of(&stack)?;
        while_ordering(&people, async || {
            let pods = stack.running_uids().await?;
            is_refused(&stack).await?;
            grows(&stack).await?;
            ensure!(stack.running_uids().await? == pods, "a pod was replaced");
            becomes_another_minor_version(&stack, &pods).await
        })
        .await?;
        guests.cluster.delete(Kind::StorageClass, "", CLASS).await
    });
}

/// With the cluster's own provisioner. An interrupted story may have left one that does.
async fn make_class_that_lets_none_grow(guests: &Guests) -> Result<()> {
    let classes = guests.cluster.list(Kind::StorageClass, "", "").await?;
    let annotation = "storageclass.kubernetes.io/is-default-class";
    let default = classes.into_iter().find(|class| class.annotations().contains_key(annotation));
    let mut class = default.context("the cluster has no default StorageClass")?.data;
    class["apiVersion"] = json!("storage.k8s.io/v1");
    class["kind"] = json!("StorageClass");
    class["metadata"] = json!({"name": CLASS});
    class["allowVolumeExpansion"] = json!(false);
    guests.apply(&class).await
}

async fn is_refused(stack: &Stack) -> Result<()> {
    stack.patch(&json!({"spec": {"database": {"embedded": {"storage": {"size": SIZE}}}}})).await?;
    let said = stack.wait_for(ConditionType::Degraded, "True", NOTICED_WITHIN).await;
    ensure!(said.reason == Reason::ApplyFailed.name(), "{said:?}");
    // The command is given to a shell, as whoever reads it would.
    let (_, help) = said.message.split_once("if it can grow: ").with_context(|| said.message.clone())?;
    let bash = tokio::process::Command::new("bash").args(["-euc", help]).output().await?;
    ensure!(bash.status.success(), "{help}: {}", String::from_utf8_lossy(&bash.stderr));
    Ok(())
}

/// As far as the API goes: what gives a directory of the node as a volume does not know how large it is.
async fn grows(stack: &Stack) -> Result<()> {
    stack.wait_for(ConditionType::Degraded, "False", SETTLED_WITHIN).await;
    let claim = stack.cluster.get(Kind::VolumeClaim, &stack.namespace, &stack.part("postgres")).await?;
    ensure!(claim.data["spec"]["resources"]["requests"]["storage"] == SIZE, "{}", claim.data);
    stack.wait_until_settled(SETTLED_WITHIN).await;
    Ok(())
}

async fn becomes_another_minor_version(stack: &Stack, pods: &BTreeSet<Option<String>>) -> Result<()> {
    let image = stack.tag_image_of("postgres", "story").await?;
    stack.patch(&json!({"spec": {"database": {"embedded": {"image": image}}}})).await?;
    within(SETTLED_WITHIN, "Postgres runs the other image", async || {
        let of_postgres = stack.pods_of("postgres").await?;
        let runs: Vec<&Value> =
            of_postgres.iter().map(|pod| &pod.data["spec"]["containers"][0]["image"]).collect();
        once(runs == [&json!(image)], runs.clone()).map(drop)
    })
    .await;
    stack.wait_until_settled(SETTLED_WITHIN).await;
    let now = stack.running_uids().await?;
    let replaced = pods.difference(&now).count();
    ensure!(replaced == 1, "{replaced} pods were replaced");
    Ok(())
}
