//! What is held past its time goes back on sale.

use chrono::TimeDelta;
use contracts::messages::inventory::{StockCommitFailed, StockReleased, StockReserved};
use contracts::messages::orders::{CommitStock, ReleaseStock};
use inventory::SERVICE;
use kernel::OrderId;
use testkit::{TestApp, eventually, seller};

use crate::warehouse::{Warehouse, line};

async fn level_becomes(warehouse: &Warehouse, text: &str, level: (i64, i64)) {
    eventually(&format!("{text} is {level:?}"), async || {
        (warehouse.level(text).await == level).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_past_its_time_is_given_back_and_can_not_be_committed() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let order = warehouse.held(vec![line("CHAIR-1", 4)]).await;
    let broker = &warehouse.app.broker;

    warehouse.app.clock.advance(TimeDelta::seconds(1_801));
    level_becomes(&warehouse, "CHAIR-1", (10, 0)).await;

    assert_eq!(warehouse.announced("CHAIR-1", 3).await.available, 10);
    warehouse.answers::<StockReleased>(order, 1).await;
    let expired = "SELECT count(*) AS number FROM movements WHERE kind = 'expired' AND reserved_delta = -4";
    assert_eq!(warehouse.number(expired).await, 1);
    broker.deliver(&CommitStock { order_id: order }).await;
    warehouse.answers::<StockCommitFailed>(order, 1).await;
    // Its compensation finds nothing left to give back.
    broker.deliver(&ReleaseStock { order_id: order }).await;
    warehouse.answers::<StockReleased>(order, 2).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_lasts_as_long_as_the_stack_says() {
    let app = TestApp::start_with(SERVICE, &[("RESERVATION_SECONDS", "60")]).await;
    let warehouse = Warehouse { app, seller: seller() };
    warehouse.offer("CHAIR-1").await;
    warehouse.count("CHAIR-1", 10).await;
    let before = warehouse.app.clock.now();
    let order = warehouse.held(vec![line("CHAIR-1", 4)]).await;

    let answer: StockReserved = warehouse.answers::<StockReserved>(order, 1).await.data_as().unwrap();

    let held_for = answer.expires_at - before;
    assert!(held_for >= TimeDelta::seconds(60) && held_for < TimeDelta::seconds(75), "{held_for}");
    warehouse.app.clock.advance(TimeDelta::seconds(40));
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 4));
    warehouse.app.clock.advance(TimeDelta::seconds(40));
    level_becomes(&warehouse, "CHAIR-1", (10, 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_holds_expire_once_each_though_several_replicas_look() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 1_000), ("TABLE-1", 1_000)]).await;
    warehouse.app.start_replica().await;
    let orders: Vec<OrderId> = (0..120).map(|_| OrderId::new()).collect();
    for order in &orders {
        warehouse.reserve(*order, vec![line("TABLE-1", 1), line("CHAIR-1", 2)]).await;
    }
    assert_eq!(warehouse.decided(&orders).await, orders.len());
    assert_eq!(warehouse.level("CHAIR-1").await, (1_000, 240));

    warehouse.app.clock.advance(TimeDelta::seconds(1_801));
    level_becomes(&warehouse, "CHAIR-1", (1_000, 0)).await;
    level_becomes(&warehouse, "TABLE-1", (1_000, 0)).await;

    let expired = "SELECT count(*) AS number FROM movements WHERE kind = 'expired'";
    assert_eq!(warehouse.number(expired).await, 240);
    for order in &orders {
        warehouse.answers::<StockReleased>(*order, 1).await;
    }
    assert_eq!(warehouse.app.published.count::<StockReleased>(), orders.len());
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_that_is_asked_for_again_after_it_expired_is_not_renewed() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let order = warehouse.held(vec![line("CHAIR-1", 4)]).await;
    warehouse.app.clock.advance(TimeDelta::seconds(1_801));
    warehouse.answers::<StockReleased>(order, 1).await;

    warehouse.reserve(order, vec![line("CHAIR-1", 4)]).await;

    warehouse.answers::<StockReleased>(order, 2).await;
    assert_eq!(warehouse.answered::<StockReserved>(order).len(), 1);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
}
