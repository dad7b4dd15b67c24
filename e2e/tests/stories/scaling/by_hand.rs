//! `kubectl scale` in each mode: what it does is what docs/SCALING.md says, and status says so.

use std::time::Duration;

use anyhow::{Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::kubectl::kubectl;
use e2e::scaling::{HOLD_UNTIL, PAUSED, PAUSED_REPLICAS};
use e2e::wait::{once, within};
use e2e::{Stack, Story};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

use super::{SCALED_WITHIN, TICK, scaling_beside_others};

/// An HPA looks as often as the operator.
const OVERRULED_WITHIN: Duration = Duration::from_secs(60);
/// A full minute without load is seen first.
const RELEASED_WITHIN: Duration = Duration::from_secs(120);

const NATIVE: Role = Role::Storefront;
const REFUSING: Role = Role::Orders;
const FIXED: Role = Role::Users;
const HPA: Role = Role::Inventory;
const EXTERNAL: Role = Role::Payments;

#[test]
fn kubectl_scale_does_in_each_mode_what_is_documented() {
    scaling_beside_others("scaling-by-hand", &[NATIVE, REFUSING, FIXED, HPA, EXTERNAL], async |story| {
        let stack = &story.stack;
        ask_for_modes(stack).await?;
        for role in [NATIVE, REFUSING, FIXED, EXTERNAL] {
            stack.scale_by_hand(role, 2).await?;
        }
        stack.scale_by_hand(HPA, 1).await?;

        refused(stack).await?;
        held(story).await?;
        stack.has(HPA, 2, OVERRULED_WITHIN).await;
        stack.has(EXTERNAL, 2, SCALED_WITHIN).await;

        // Its time was short; the other one's is over when somebody says so.
        stack.has(FIXED, 1, SCALED_WITHIN).await;
        stack.annotate(NATIVE, HOLD_UNTIL, None).await?;
        stack.annotate(HPA, PAUSED_REPLICAS, Some("3")).await?;
        stack.annotate(EXTERNAL, PAUSED, Some("true")).await?;
        stack.has(HPA, 3, OVERRULED_WITHIN).await;
        stack.told(HPA, "heldBackBy", "Paused", SCALED_WITHIN).await;
        stack.keeps(EXTERNAL, 2, TICK).await?;
        stack.has(NATIVE, 1, RELEASED_WITHIN).await;
        // And down: a number below the minimum is a person's will too.
        stack.scale_by_hand(NATIVE, 0).await?;
        stack.told(NATIVE, "heldBackBy", "Hold", SCALED_WITHIN).await;
        stack.keeps(NATIVE, 0, TICK).await
    });
}

async fn ask_for_modes(stack: &Stack) -> Result<()> {
    let short = json!({"scaleDown": {"stabilizationWindowSeconds": 0}});
    let asked = [
        (NATIVE, "Native", json!({"behavior": short})),
        (REFUSING, "Native", json!({"manual": {"hold": "Refuse"}})),
        (FIXED, "Fixed", json!({"manual": {"holdSeconds": 20}})),
        (HPA, "HPA", json!({"min": 2})),
        (EXTERNAL, "External", json!({})),
    ];
    for (role, mode, mut scaling) in asked {
        scaling["mode"] = json!(mode);
        stack.scale(role, &scaling).await?;
    }
    for (role, mode) in [(NATIVE, "Native"), (FIXED, "Fixed"), (HPA, "HPA"), (EXTERNAL, "External")] {
        stack.told(role, "mode", mode, SCALED_WITHIN).await;
    }
    stack.has(HPA, 2, OVERRULED_WITHIN).await;
    stack.wait_for(ConditionType::MetricsAvailable, "True", SCALED_WITHIN).await;
    Ok(())
}

async fn refused(stack: &Stack) -> Result<()> {
    stack.has(REFUSING, 1, SCALED_WITHIN).await;
    stack.keeps(REFUSING, 1, Duration::from_secs(3)).await
}

/// In status, in what `kubectl get` shows, as an event and in a metric.
async fn held(story: &Story) -> Result<()> {
    let stack = &story.stack;
    for role in [NATIVE, FIXED] {
        stack.told(role, "heldBackBy", "Hold", SCALED_WITHIN).await;
    }
    let told: Value = stack.autoscaling(NATIVE).await?;
    ensure!(told["holdUntil"].is_string() && told["desired"] == 2, "{told}");
    within(SCALED_WITHIN, "AutoscalingActive tells of the hold", async || {
        let condition = stack.condition(ConditionType::AutoscalingActive).await?;
        once(condition.reason == Reason::ManualHold.name(), condition)
    })
    .await;
    let shown = kubectl(&["-n", &stack.namespace, "get", "ecom", &stack.name, "-o", "wide"]).await?;
    ensure!(shown.contains("storefront=2 until"), "{shown}");
    within(SCALED_WITHIN, "an event tells of the hold", async || {
        let events = story.cluster.list(Kind::Event, &stack.namespace, "").await?;
        let of_it = |event: &&kube::api::DynamicObject| {
            let text = format!("{}{}", event.data["note"], event.data["message"]);
            text.contains("storefront") && text.to_lowercase().contains("hold")
        };
        once(events.iter().any(|event| of_it(&event)), events.len())
    })
    .await;
    within(SCALED_WITHIN, "the operator counts what is held", async || {
        let held = story.cluster.operator_metrics().await?;
        let held = held.sums("ecommerce_operator_autoscaling_held_services", |_| Some(String::new()));
        once(held.values().sum::<f64>() >= 1.0, held)
    })
    .await;
    stack.keeps(NATIVE, 2, TICK).await
}
