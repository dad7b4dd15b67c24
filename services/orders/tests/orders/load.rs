//! What the role is scaled by.

use testkit::{TestApp, eventually};

use crate::support::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_load() {
    TestApp::start(orders::SERVICE).await.tells_its_load().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_is_in_flight_until_it_ends() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    // The gauge is the process's, so another test's service may set it in between.
    let in_flight = async |count: usize| {
        let line = format!("shop_orders_checkouts_in_flight{{role=\"orders\"}} {count}\n");
        eventually(&line, async || shop.app.metrics().await.contains(&line).then_some(())).await;
    };
    in_flight(1).await;
    order.short().await;
    in_flight(0).await;
}
