//! The durable timer, alone and beside another replica.

use std::collections::BTreeMap;

use contracts::messages::orders::{AuthorizePayment, CommitStock, ReserveStock};
use contracts::{Message, Role};
use kernel::OrderId;
use platform::Settings;
use testkit::eventually;
use tokio_util::sync::CancellationToken;

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
    assert_eq!(ids[0].data, ids[1].data);
    let expires_at = shop.app.clock.now();
    for _ in 0..2 {
        let order_id = order.id;
        shop.tell(&contracts::messages::inventory::StockReserved { order_id, expires_at }).await;
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
async fn two_replicas_drive_each_saga_once() {
    let shop = Shop::open().await;
    let app = &shop.app;
    let variables = [
        ("HTTP_ADDR", "127.0.0.1:0".to_owned()),
        ("ADMIN_ADDR", "127.0.0.1:0".to_owned()),
        ("HTTP_WORKERS", "1".to_owned()),
        ("AMQP_URL", app.broker.url(Role::Orders)),
        ("JWKS_URL", app.tokens.jwks_url()),
        ("DATABASE_URL", app.database().url()),
    ];
    let settings = Settings::new(Role::Orders, variables.map(|(name, value)| (name.to_owned(), value)));
    let shutdown = CancellationToken::new();
    let second = platform::service::start(orders::SERVICE, settings, app.clock.clone(), shutdown.clone())
        .await
        .unwrap();

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
    shutdown.cancel();
    second.stopped().await;
    let mut commits: BTreeMap<OrderId, usize> = BTreeMap::new();
    for envelope in app.published.all().into_iter().filter(|envelope| envelope.kind == CommitStock::TYPE) {
        *commits.entry(envelope.subject.parse().unwrap()).or_default() += 1;
    }
    assert_eq!(commits.into_values().collect::<Vec<_>>(), vec![1; 20]);
}
