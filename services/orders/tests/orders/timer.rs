//! The durable timer, alone and beside another replica.

use std::collections::BTreeMap;

use contracts::Message;
use contracts::messages::orders::{AuthorizePayment, CommitStock, ReserveStock};
use kernel::OrderId;
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
            && text.contains(r#"shop_orders_sagas{state="reserving"} 1"#))
        .then_some(())
    })
    .await;
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
