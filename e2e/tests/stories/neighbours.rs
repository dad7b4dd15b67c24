//! Several stacks: one more in the same namespace disturbs nobody, and one that its namespace has no room for says so.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::cluster::Kind;
use e2e::kubectl::kubectl;
use e2e::people::People;
use e2e::purchases::buy;
use e2e::wait::once;
use e2e::{Stack, alone_in_the_cluster, beside_others, within};
use operator_api::{ConditionType, Reason};
use serde_json::json;
use shop_client::Shop;

const READY_WITHIN: Duration = Duration::from_secs(180);

fn stack(name: &str, namespace: &str, hosts: &[&str]) -> serde_json::Value {
    json!({
        "apiVersion": "ecommercestack.dev/v1alpha1",
        "kind": "EcommerceStack",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "deletionPolicy": "Delete",
            "defaults": {"scaling": {"mode": "Fixed"}},
            "services": {"orders": {"config": {"cancellationWindowSeconds": 1}}},
            "exposure": {"hosts": hosts},
        },
    })
}

#[test]
fn two_stacks_in_a_namespace_are_two_shops() {
    alone_in_the_cluster("two-stacks", async |story| {
        let second = Stack::of(&story.cluster, &story.stack.namespace, "second");
        let before = story.stack.uids_of("catalog").await?;
        let hosts = stack(&second.name, &second.namespace, &["second.localhost"]);
        story.cluster.create(Kind::Stack, &second.namespace, hosts).await?;
        let told = sells(&second).await;
        if told.is_err() {
            e2e::evidence::gather("two-stacks-second", &second.namespace).await;
        }
        let name = second.name.as_str();
        kubectl(&["-n", &second.namespace, "delete", "ecommercestack", name, "--timeout=60s"]).await?;
        second.wait_until_gone(READY_WITHIN).await;
        let volume =
            story.cluster.exists(Kind::VolumeClaim, &second.namespace, &second.part("postgres")).await?;
        ensure!(!volume, "the volume of a stack under deletionPolicy Delete goes with it");
        ensure!(story.stack.uids_of("catalog").await? == before, "the first one was disturbed");
        told
    });
}

async fn sells(stack: &Stack) -> Result<()> {
    stack.wait_for(ConditionType::Ready, "True", READY_WITHIN).await;
    let address = "http://second.localhost:8080".parse().context("our own address")?;
    let people = People::of(Shop::at(address, Duration::from_secs(60)));
    buy(&people).await.map(drop)
}

#[test]
fn a_stack_that_its_namespace_has_no_room_for_says_so_and_goes_on_when_there_is() {
    const NAMESPACE: &str = "no-room";
    beside_others("quota", async |story| {
        let cluster = &story.cluster;
        let labels = json!({"name": NAMESPACE});
        cluster
            .create(Kind::Namespace, "", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": labels}))
            .await?;
        let told = async {
            kubectl(&["-n", NAMESPACE, "create", "quota", "few", "--hard=count/configmaps=1"]).await?;
            // Without services nothing starts: what is refused is told all the same.
            let stack = stack("shop", NAMESPACE, &["no-room.localhost"]);
            cluster.create(Kind::Stack, NAMESPACE, stack).await?;
            let stack = Stack::of(cluster, NAMESPACE, "shop");
            within(READY_WITHIN, "the quota is told of", async || {
                let degraded = stack.condition(ConditionType::Degraded).await?;
                once(
                    degraded.reason == Reason::QuotaExceeded.name() && degraded.message.contains("few"),
                    degraded,
                )
            })
            .await;
            kubectl(&["-n", NAMESPACE, "delete", "quota", "few"]).await?;
            stack.wait_for(ConditionType::Degraded, "False", READY_WITHIN).await;
            anyhow::Ok(())
        }
        .await;
        cluster.delete(Kind::Namespace, "", NAMESPACE).await?;
        told
    });
}
