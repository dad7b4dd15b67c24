//! Native, HPA, Fixed and Native again while people browse: no pod is lost on the way, and no request.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use contracts::Role;
use e2e::browsing::while_browsing;
use e2e::cluster::Kind;
use e2e::replicas::while_watching;
use e2e::wait::{once, within};
use e2e::{Stack, Story};
use serde_json::{Value, json};

use super::{SCALED_WITHIN, scaling_beside_others};

const PAGES_PER_SECOND: u32 = 30;
/// metrics-server looks every 10 s, and the HPA every 15 s.
const ACTIVE_WITHIN: Duration = Duration::from_secs(90);
const PODS: i64 = 2;
const ROLE: Role = Role::Catalog;

#[test]
fn modes_are_switched_under_load_and_no_pod_is_lost() {
    scaling_beside_others("scaling-modes", &[ROLE], async |story| {
        let asked = json!({
            "mode": "Native", "min": 1, "max": 3, "replicas": PODS,
            "metrics": [{"name": "requests", "preset": "RequestsPerSecond", "target": "20"}],
        });
        story.stack.scale(ROLE, &asked).await?;
        while_watching(&story.stack, async |timeline| {
            while_browsing(&story.people.shop, PAGES_PER_SECOND, async |_| {
                story.stack.has(ROLE, PODS, SCALED_WITHIN).await;
                let began = Instant::now();
                through_the_modes(story).await?;
                let (least, ready) =
                    (timeline.least_wanted(ROLE.name(), began), timeline.least_ready(ROLE.name(), began));
                ensure!((least, ready) >= (PODS, PODS), "at times {least} were wanted and {ready} ready");
                Ok(())
            })
            .await
        })
        .await
    });
}

async fn through_the_modes(story: &Story) -> Result<()> {
    let stack = &story.stack;
    switch(stack, "HPA").await?;
    within(ACTIVE_WITHIN, "the HPA is active", async || {
        let hpa = our_hpa(stack).await?.context("there is no HPA")?;
        let conditions = hpa["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let active = conditions
            .iter()
            .any(|condition| condition["type"] == "ScalingActive" && condition["status"] == "True");
        once(active, conditions)
    })
    .await;
    let hpa = our_hpa(stack).await?.context("there is no HPA")?;
    ensure!(hpa["spec"]["minReplicas"] == PODS, "the floor is {}", hpa["spec"]["minReplicas"]);

    switch(stack, "Fixed").await?;
    without_hpa(stack).await;
    stack.has(ROLE, PODS, SCALED_WITHIN).await;
    switch(stack, "Native").await?;
    stack.has(ROLE, PODS, SCALED_WITHIN).await;
    Ok(())
}

async fn switch(stack: &Stack, mode: &str) -> Result<()> {
    stack.scale(ROLE, &json!({"mode": mode})).await?;
    stack.told(ROLE, "mode", mode, SCALED_WITHIN).await;
    Ok(())
}

async fn our_hpa(stack: &Stack) -> Result<Option<Value>> {
    let labels = format!("app.kubernetes.io/instance={}", stack.name);
    let all = stack.cluster.list(Kind::Autoscaler, &stack.namespace, &labels).await?;
    let ours =
        all.into_iter().find(|hpa| hpa.data["spec"]["scaleTargetRef"]["name"] == stack.part(ROLE.name()));
    Ok(ours.map(|hpa| hpa.data))
}

async fn without_hpa(stack: &Stack) {
    within(SCALED_WITHIN, "the HPA is gone", async || {
        let hpa = our_hpa(stack).await?;
        once(hpa.is_none(), hpa)
    })
    .await;
}
