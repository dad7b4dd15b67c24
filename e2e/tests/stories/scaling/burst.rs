//! Five thousand messages for a service that sleeps: it wakes, is scaled out until they do not wait too long, and sleeps again;
//! each of them has its effect once.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use contracts::Role;
use e2e::figures::Figures;
use e2e::replicas::{Timeline, while_watching};
use e2e::wait::{once, within};
use e2e::{Story, databases};
use kernel::UserId;
use serde_json::json;

use super::{SCALED_WITHIN, scaling_beside_others};

const BURST: usize = 5_000;
const MOST: i64 = 3;
const WAKES_WITHIN: Duration = Duration::from_secs(20);
const SCALED_OUT_WITHIN: Duration = Duration::from_secs(90);
const DONE_WITHIN: Duration = Duration::from_secs(180);
const ASLEEP_WITHIN: Duration = Duration::from_secs(150);

#[test]
fn a_burst_of_messages_wakes_their_consumer_and_scales_it() {
    scaling_beside_others("scaling-burst", &[Role::Notifications], async |story| {
        while_watching(&story.stack, async |timeline| burst(story, timeline).await).await
    });
}

async fn burst(story: &Story, timeline: &Timeline) -> Result<()> {
    let (stack, mut figures) = (&story.stack, Figures::of("burst"));
    let customer = story.people.new_shopper().await?.user().id;
    within(DONE_WITHIN, "notifications knows the customer", async || {
        let known =
            told(story, &format!("SELECT count(*) FROM contacts WHERE user_id = '{customer}'")).await?;
        once(known == ["1"], known)
    })
    .await;
    let scaling = json!({
        "mode": "Fixed", "replicas": 0, "min": 0, "max": MOST,
        "metrics": [{"name": "age", "preset": "QueueAge", "target": "3"}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 15}},
    });
    // One pod is to be too slow for this.
    let service =
        json!({"scaling": scaling, "resources": {"requests": {"cpu": "10m"}, "limits": {"cpu": "150m"}}});
    stack.patch(&json!({"spec": {"services": {"notifications": service}}})).await?;
    stack.has(Role::Notifications, 0, SCALED_WITHIN).await;
    // It sleeps by decree; from here on it is the metrics that count.
    stack.scale(Role::Notifications, &json!({"mode": "Native"})).await?;
    stack.told(Role::Notifications, "mode", "Native", SCALED_WITHIN).await;

    let began = Instant::now();
    say_much(story, customer).await?;
    within(WAKES_WITHIN, "notifications is awake", async || {
        let awake = timeline.more_ready_than("notifications", 0, began);
        once(awake.is_some(), stack.autoscaling(Role::Notifications).await?)
    })
    .await;
    let awake = timeline.more_ready_than("notifications", 0, began).unwrap_or_default();
    within(SCALED_OUT_WITHIN, "notifications has help", async || {
        let helped = timeline.more_ready_than("notifications", 1, began);
        once(helped.is_some(), stack.autoscaling(Role::Notifications).await?)
    })
    .await;
    let helped = timeline.more_ready_than("notifications", 1, began).unwrap_or_default();

    let query = format!(
        "SELECT count(*), count(DISTINCT event_id), count(*) FILTER (WHERE status = 'sent')
         FROM notifications WHERE user_id = '{customer}' AND template = 'return_approved'"
    );
    within(DONE_WITHIN, "every message has its effect", async || {
        let counted = told(story, &query).await?;
        once(counted == [format!("{BURST}|{BURST}|{BURST}")], counted)
    })
    .await;
    let done = began.elapsed();
    stack.has(Role::Notifications, 0, ASLEEP_WITHIN).await;
    let counted = told(story, &query).await?;
    ensure!(counted == [format!("{BURST}|{BURST}|{BURST}")], "after all: {counted:?}");
    let left = databases::messages(stack).await?;
    ensure!(left.iter().all(|queue| !queue.starts_with("notifications")), "messages are left: {left:?}");

    let (used, minutes) = timeline.pod_minutes("notifications", began);
    let fleet = minutes * f64::from(i32::try_from(MOST)?);
    figures.note("messages, each with its effect once", BURST);
    figures.note("notifications: pods", timeline.story_of("notifications", began));
    figures.note("from the burst to a pod that is ready", format!("{:.1} s", awake.as_secs_f64()));
    figures.note("from the burst to a second one", format!("{:.1} s", helped.as_secs_f64()));
    figures.note("from the burst to its last effect", format!("{} s", done.as_secs()));
    figures.note(&format!("pod-minutes, of a fixed fleet of {MOST}"), format!("{used:.1} of {fleet:.1}"));
    figures.keep()
}

async fn told(story: &Story, query: &str) -> Result<Vec<String>> {
    databases::lines(&story.stack, Role::Notifications, query).await
}

/// Through the outbox of orders, as events of returns that nobody else listens to.
async fn say_much(story: &Story, customer: UserId) -> Result<()> {
    let insert = format!(
        "INSERT INTO outbox (id, type, aggregateid, payload, occurred_at)
         SELECT id, 'return.approved.v1', n::text, jsonb_build_object(
             'specversion', '1.0', 'id', id, 'source', '/shop/orders', 'type', 'return.approved.v1', 'subject', subject,
             'time', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), 'aggregateversion', 0,
             'data', jsonb_build_object('order_id', subject, 'return_id', gen_random_uuid(), 'customer_id', '{customer}')), now()
         FROM (SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS subject FROM generate_series(1, {BURST}) n) AS said"
    );
    databases::lines(&story.stack, Role::Orders, &insert).await.map(drop)
}
