//! What people may ask of the operator: to keep its hands off, to wait for them, to stop the shop, and to take back what fails.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::Role;
use e2e::cluster::Kind;
use e2e::requests::while_asking;
use e2e::wait::once;
use e2e::{SETTLED_WITHIN, Stack, Story, alone, within};
use operator_api::{ConditionType, Reason};
use serde_json::{Value, json};

const NOTICED_WITHIN: Duration = Duration::from_secs(30);
/// Long enough for an operator that did not wait.
const WAITED: Duration = Duration::from_secs(6);

async fn operate(stack: &Stack, operation: Value) -> Result<()> {
    stack.patch(&json!({"spec": {"operation": operation}})).await
}

async fn progressing_because(stack: &Stack, reason: Reason) {
    within(NOTICED_WITHIN, &format!("Progressing says {reason}"), async || {
        let condition = stack.condition(ConditionType::Progressing).await?;
        once(condition.reason == reason.name(), condition)
    })
    .await;
}

#[test]
fn a_paused_stack_is_left_alone_until_it_goes_on() {
    alone("paused", async |story| {
        let (stack, service) = (&story.stack, story.stack.part("catalog"));
        operate(stack, json!({"paused": true})).await?;
        progressing_because(stack, Reason::Paused).await;
        story.cluster.delete(Kind::Service, &stack.namespace, &service).await?;
        tokio::time::sleep(WAITED).await;
        let there = story.cluster.exists(Kind::Service, &stack.namespace, &service).await?;
        operate(stack, json!({"paused": false})).await?;
        ensure!(!there, "it was brought back");
        stack.wait_until_settled(SETTLED_WITHIN).await;
        ensure!(story.cluster.exists(Kind::Service, &stack.namespace, &service).await?, "it is not back");
        Ok(())
    });
}

#[test]
fn a_stopped_shop_keeps_its_data_and_comes_back_to_its_size() {
    alone("stopped", async |story| {
        let (stack, role) = (&story.stack, Role::Catalog);
        let product = e2e::people::goods_of(&story.people.new_seller().await?, 100, 5).await?;
        stack.scale(role, &json!({"mode": "Fixed", "replicas": 2})).await?;
        stack.wait_until_settled(SETTLED_WITHIN).await;

        operate(stack, json!({"stopped": true})).await?;
        progressing_because(stack, Reason::Stopped).await;
        within(SETTLED_WITHIN, "no service has a pod", async || {
            let replicas = stack.replicas().await?;
            once(replicas.values().all(|count| count.wanted == 0 && count.ready == 0), replicas)
        })
        .await;
        ensure!(
            stack.condition(ConditionType::Ready).await?.status == "False",
            "a stopped shop is not ready"
        );
        for part in ["postgres", "rabbitmq"] {
            ensure!(!stack.pods_of(part).await?.is_empty(), "{part} is gone");
        }

        operate(stack, json!({"stopped": false})).await?;
        stack.wait_until_settled(SETTLED_WITHIN).await;
        stack.has(role, 2, SETTLED_WITHIN).await;
        ensure!(story.people.shop.product(product.id).await?.available == 5, "the data is as it was");
        stack.unscale(&[role]).await
    });
}

#[test]
fn new_pods_that_fail_are_taken_back_and_nobody_notices() {
    alone("rolled-back", async |story| {
        let stack = &story.stack;
        let before = program(&story).await?;
        let told = while_asking(&story.people, async || {
            stack.patch(&running(&json!(["/there-is-no-such-program"]))).await?;
            within(SETTLED_WITHIN, "the catalog is rolled back", async || {
                let degraded = stack.condition(ConditionType::Degraded).await?;
                once(degraded.status == "True" && degraded.reason == Reason::RolledBack.name(), degraded)
            })
            .await;
            within(NOTICED_WITHIN, "the catalog has its image back", async || {
                let now = program(&story).await?;
                once(now == before, now)
            })
            .await;
            Ok(())
        })
        .await;
        stack.patch(&running(&json!(null))).await?;
        stack.wait_for(ConditionType::Degraded, "False", SETTLED_WITHIN).await;
        told
    });
}

#[test]
fn a_release_whose_image_is_nowhere_touches_nothing() {
    alone("no-such-release", async |story| {
        let stack = &story.stack;
        let before = stack.uids_of(Role::Catalog.name()).await?;
        let nothing = "docker.io/ecommercestack/shop:there-is-no-such-release";
        let told = while_asking(&story.people, async || {
            stack.patch(&json!({"spec": {"services": {"catalog": {"image": nothing}}}})).await?;
            within(SETTLED_WITHIN, "the image is said to be nowhere", async || {
                let degraded = stack.condition(ConditionType::Degraded).await?;
                once(degraded.status == "True" && degraded.message.contains(nothing), degraded)
            })
            .await;
            ensure!(stack.uids_of(Role::Catalog.name()).await? == before, "pods were replaced");
            Ok(())
        })
        .await;
        stack.patch(&json!({"spec": {"services": {"catalog": {"image": null}}}})).await?;
        stack.wait_for(ConditionType::Degraded, "False", SETTLED_WITHIN).await;
        told
    });
}

/// Catalog with another program in its container.
fn running(program: &Value) -> Value {
    // A list has no way to forget one of its members.
    let overrides = match program {
        Value::Null => json!(null),
        _ => json!({"spec": {"containers": [{"name": "catalog", "command": program}]}}),
    };
    json!({"spec": {"services": {"catalog": {"podOverrides": overrides}}}})
}

async fn program(story: &Story) -> Result<Value> {
    let catalog = story.stack.part("catalog");
    let deployment = story.cluster.get(Kind::Deployment, &story.stack.namespace, &catalog).await?;
    Ok(deployment.data["spec"]["template"]["spec"]["containers"][0]["command"].clone())
}

#[test]
fn a_supervised_change_waits_for_its_approval() {
    alone("supervised", async |story| {
        let stack = &story.stack;
        operate(stack, json!({"updateStrategy": "Supervised"})).await?;
        let told = held_until(&story, Reason::WaitingForApproval, async || {
            let object = stack.object().await?;
            let target = object.data["status"]["version"]["target"].as_str().context("there is no target")?;
            stack.patch(&json!({"metadata": {"annotations": {"ecommercestack.dev/approve": target}}})).await
        })
        .await;
        stack.patch(&json!({"metadata": {"annotations": {"ecommercestack.dev/approve": null}}})).await?;
        told
    });
}

#[test]
fn a_change_waits_for_the_maintenance_window() {
    alone("window", async |story| {
        let stack = &story.stack;
        // Open for five minutes every day, twelve hours from now.
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
        let start = format!("{:02}:{:02}", (seconds / 3600 + 12) % 24, seconds / 60 % 60);
        operate(stack, json!({"maintenanceWindows": [{"start": start, "durationMinutes": 5}]})).await?;
        held_until(&story, Reason::OutsideWindow, async || operate(stack, json!(null)).await).await
    });
}

/// A change of orders' settings replaces none of its pods before `release`.
async fn held_until(story: &Story, reason: Reason, release: impl AsyncFn() -> Result<()>) -> Result<()> {
    let stack = &story.stack;
    let before = stack.uids_of(Role::Orders.name()).await?;
    stack.set_cancellation_window(e2e::WINDOW_SECONDS + 1).await?;
    progressing_because(stack, reason).await;
    tokio::time::sleep(WAITED).await;
    ensure!(stack.uids_of(Role::Orders.name()).await? == before, "the pods were replaced");
    release().await?;
    stack.wait_until_settled(SETTLED_WITHIN).await;
    ensure!(stack.uids_of(Role::Orders.name()).await?.is_disjoint(&before), "the pods were not replaced");
    operate(stack, json!(null)).await?;
    stack.set_cancellation_window(e2e::WINDOW_SECONDS).await
}
