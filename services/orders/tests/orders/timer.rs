//! The durable timer, alone and beside another replica.

use std::collections::BTreeMap;

use contracts::Message;
use contracts::api::orders::OrderStatus;
use contracts::api::returns::ReturnView;
use contracts::messages::orders::{AuthorizePayment, CommitStock, RefundPart, ReserveStock};
use kernel::OrderId;
use serde_json::json;
use testkit::eventually;

use crate::support::{Placed, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_command_is_sent_again_and_one_answer_is_enough() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.asked::<ReserveStock>(1).await;
    shop.elapse(11);
    order.asked::<ReserveStock>(2).await;
    let ids: Vec<_> = shop.app.published.all().into_iter().filter(|e| e.kind == ReserveStock::TYPE).collect();
    assert_ne!(ids[0].id, ids[1].id);
    assert_eq!(ids[0].data["lines"], ids[1].data["lines"]);
    assert!(ids[0].data["hold_until"].as_str() < ids[1].data["hold_until"].as_str(), "from now on");
    let expires_at = shop.app.clock.now();
    for _ in 0..2 {
        let order_id = order.id;
        shop.tell(&contracts::messages::inventory::StockReserved {
            order_id,
            expires_at,
            allocations: vec![],
        })
        .await;
    }
    order.asked::<AuthorizePayment>(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_that_does_not_get_on_is_visible() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    for times in 1..=4 {
        order.asked::<ReserveStock>(times).await;
        shop.elapse(81);
    }
    // The gauges are the process's, so another test's service may have set them in between.
    let stuck = "SELECT count(*) AS number FROM sagas WHERE attempts >= 3 AND status = 'reserving'";
    assert_eq!(shop.app.database().number(stuck).await, 1);
    eventually("the gauge shows it", async || {
        let text = platform::metrics::render();
        (text.contains("shop_orders_sagas_overdue 1")
            && text.contains(r#"shop_orders_sagas{state="reserving"} 1"#)
            && text.contains(r#"shop_orders_checkouts_in_flight{role="orders"} 0"#)
            && oldest_seconds(&text) > 300.0)
            .then_some(())
    })
    .await;
}

/// For how long the oldest saga has been reserving.
fn oldest_seconds(metrics: &str) -> f64 {
    let name = r#"shop_orders_sagas_oldest_seconds{state="reserving"} "#;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.parse().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_duration_of_a_saga_is_measured_at_its_end() {
    let shop = Shop::open().await;
    // The histogram is the process's: other tests' sagas end too, so it may only be said that it grows.
    let ended = || {
        let name = r#"shop_orders_saga_duration_seconds_count{outcome="rejected"} "#;
        let text = platform::metrics::render();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).map(str::parse::<u64>);
        line.map_or(0, Result::unwrap)
    };
    let before = ended();
    let order = shop.order().await;
    order.short().await;
    order.becomes(OrderStatus::Rejected).await;
    assert!(ended() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_replicas_ask_once_for_each_refund_that_is_not_answered() {
    let mut shop = Shop::open().await;
    for _ in 0..2 {
        shop.app.start_replica().await;
    }
    let order = shop.delivered_order().await;
    let body = json!({ "lines": [{ "sku": "CHAIR", "quantity": 2 }], "reason": "too small" });
    let post = shop.app.post(&format!("{}/returns", order.path())).by(&shop.customer).idempotency_key("k");
    let made: ReturnView = post.json(&body).send().await.expect(201);
    for deed in ["approvals", "receipts"] {
        let post = shop.app.post(&format!("/api/v1/returns/{}/{deed}", made.id)).by(&shop.team);
        post.idempotency_key("k").send().await.expect::<ReturnView>(202);
    }
    for times in 1..=3 {
        order.asked::<RefundPart>(times).await;
        shop.elapse(41);
    }
    order.asked::<RefundPart>(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_replicas_drive_each_saga_once() {
    let mut shop = Shop::open().await;
    for _ in 0..2 {
        shop.app.start_replica().await;
    }

    let mut placed: Vec<Placed<'_>> = vec![];
    for _ in 0..20 {
        let order = shop.order().await;
        order.reserved().await;
        order.authorized().await;
        placed.push(order);
    }
    shop.elapse(31);
    for order in &placed {
        order.asked::<CommitStock>(1).await;
    }
    let mut commits: BTreeMap<OrderId, usize> = BTreeMap::new();
    for envelope in shop.app.published.all().into_iter().filter(|envelope| envelope.kind == CommitStock::TYPE)
    {
        *commits.entry(envelope.subject.parse().unwrap()).or_default() += 1;
    }
    assert_eq!(commits.into_values().collect::<Vec<_>>(), vec![1; 20]);
}
