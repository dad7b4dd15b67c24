//! The operator itself: who leads, how it is installed, and how it is upgraded.

#[path = "operator/chart.rs"]
mod chart;

use std::time::{Duration, Instant};

use anyhow::ensure;
use e2e::cluster::Kind;
use e2e::kubectl::kubectl;
use e2e::{alone_in_the_cluster, within};
use kube::api::DeleteParams;

const NAMESPACE: &str = "ecommerce-system";
const REPLACED_WITHIN: Duration = Duration::from_secs(20);

#[test]
fn another_operator_leads_within_twenty_seconds_when_the_leader_dies() {
    alone_in_the_cluster("leader-dies", async |story| {
        let before = story.cluster.leader().await?;
        let at_once = DeleteParams::default().grace_period(0);
        story.cluster.api(Kind::Pod, NAMESPACE).delete(&before, &at_once).await?;
        let died = Instant::now();
        let after = within(REPLACED_WITHIN, "another operator leads", async || {
            let leader = story.cluster.leader().await?;
            ensure!(leader != before, "{leader} still does");
            Ok(leader)
        })
        .await;
        println!("{after} leads {} ms after {before} died", died.elapsed().as_millis());
        // And works: what is deleted now comes back.
        let service = story.stack.part("catalog");
        story.cluster.delete(Kind::Service, &story.stack.namespace, &service).await?;
        within(REPLACED_WITHIN, "the Service is back", async || {
            ensure!(
                story.cluster.exists(Kind::Service, &story.stack.namespace, &service).await?,
                "it is not"
            );
            Ok(())
        })
        .await;
        wait_for_both().await
    });
}

#[test]
fn a_leader_that_is_drained_hands_over_at_once() {
    alone_in_the_cluster("leader-drained", async |story| {
        let before = story.cluster.leader().await?;
        story.cluster.delete(Kind::Pod, NAMESPACE, &before).await?;
        let asked = Instant::now();
        within(Duration::from_secs(10), "another operator leads", async || {
            ensure!(story.cluster.leader().await? != before, "it still does");
            Ok(())
        })
        .await;
        println!("handed over after {} ms", asked.elapsed().as_millis());
        wait_for_both().await
    });
}

async fn wait_for_both() -> anyhow::Result<()> {
    let labels = "app.kubernetes.io/name=ecommerce-operator";
    kubectl(&["-n", NAMESPACE, "rollout", "status", "deployment", "-l", labels, "--timeout=60s"])
        .await
        .map(drop)
}
