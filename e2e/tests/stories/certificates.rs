//! The stack's CA is replaced while shoppers are in the shop.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::purchases::buy;
use e2e::requests::while_asking;
use e2e::wait::once;
use e2e::{Story, alone, within};
use operator_api::ConditionType;
use serde_json::{Value, json};
use uuid::Uuid;

const NOTICED_WITHIN: Duration = Duration::from_secs(30);
/// Everyone is to trust both, then is given another certificate, then forgets the old CA; each takes as long as a kubelet does.
const ROTATED_WITHIN: Duration = Duration::from_secs(300);

#[test]
fn a_new_ca_replaces_the_old_one_without_a_failed_request_or_a_new_pod() {
    alone("rotation", async |story| {
        let before = (certificates(&story).await?, story.stack.running_uids().await?);
        let began = Instant::now();
        while_asking(&story.people, async || {
            let again = json!({"ecommercestack.dev/rotate-ca": Uuid::new_v4().to_string()});
            story.stack.patch(&json!({"metadata": {"annotations": again}})).await?;
            within(NOTICED_WITHIN, "the rotation has begun", async || {
                let now = certificates(&story).await?;
                once(now["phase"] != "Stable", now)
            })
            .await;
            buy(&story.people).await?;
            within(ROTATED_WITHIN, "the rotation is over", async || {
                let now = certificates(&story).await?;
                once(now["phase"] == "Stable" && now["bundleHash"] != before.0["bundleHash"], now)
            })
            .await;
            // Through every hop: the gateway, the services it calls, Postgres, and RabbitMQ by both of its protocols.
            buy(&story.people).await.map(drop)
        })
        .await?;
        println!("rotated in {} s", began.elapsed().as_secs());
        let ready = story.stack.condition(ConditionType::CertificatesReady).await?;
        ensure!(ready.status == "True", "{ready:?}");
        ensure!(story.stack.running_uids().await? == before.1, "no pod was replaced");
        Ok(())
    });
}

async fn certificates(story: &Story) -> Result<Value> {
    Ok(story.stack.object().await?.data["status"]["certificates"].clone())
}
