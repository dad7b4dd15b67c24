//! Many orders at once, several replicas that carry them out.

use chrono::TimeDelta;
use contracts::Role;
use contracts::api::inventory::StockView;
use contracts::messages::inventory::{
    StockCommitFailed, StockCommitted, StockReleased, StockReserved, StockRestocked,
};
use contracts::messages::orders::{CommitStock, ReleaseStock, ReserveStock, RestockItems, ReturnItems};
use futures::future::join_all;
use kernel::{OrderId, ReturnId};
use serde_json::json;
use testkit::eventually;

use crate::warehouse::{Warehouse, line, region};

fn orders(count: usize) -> Vec<OrderId> {
    (0..count).map(|_| OrderId::new()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_orders_for_the_last_10_pieces_in_2_regions_10_get_one() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 6)]).await;
    warehouse.count_in("eu", "CHAIR-1", 4).await;
    warehouse.app.start_replica().await;
    warehouse.app.start_replica().await;
    let orders = orders(64);

    join_all(orders.iter().enumerate().map(async |(index, order_id)| {
        let region = [None, Some(region("eu")), Some(region("main"))][index % 3].clone();
        let lines = vec![line("CHAIR-1", 1)];
        let command = ReserveStock { order_id: *order_id, lines, region, hold_until: None };
        warehouse.app.broker.deliver(&command).await
    }))
    .await;

    assert_eq!(warehouse.decided(&orders).await, 10);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 10));
    assert_eq!(warehouse.level_in("eu", "CHAIR-1").await, (4, 4));
    assert_eq!(warehouse.announced("CHAIR-1", 12).await.available, 0);
    warehouse.assert_versions_have_no_gaps("CHAIR-1").await;
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_for_the_same_skus_in_opposite_order_do_not_deadlock() {
    let mut warehouse = Warehouse::with(&[("A-1", 1_000), ("B-1", 1_000), ("C-1", 7)]).await;
    warehouse.app.start_replica().await;
    let orders = orders(60);
    let mut lines = vec![line("A-1", 1), line("B-1", 2), line("C-1", 1)];

    let sent = orders.iter().map(|order| {
        lines.rotate_left(1);
        let mut mine = lines.clone();
        if order.0.as_u128() % 2 == 0 {
            mine.reverse();
        }
        warehouse.reserve(*order, mine)
    });
    join_all(sent).await;

    // All lines or none: the scarcest decides.
    assert_eq!(warehouse.decided(&orders).await, 7);
    for (sku, reserved) in [("A-1", 7), ("B-1", 14), ("C-1", 7)] {
        assert_eq!(warehouse.level(sku).await.1, reserved, "{sku}");
    }
    // A deadlock would have been seen as a failed statement, which comes back seconds later.
    assert_eq!(
        warehouse
            .number("SELECT deadlocks AS number FROM pg_stat_database WHERE datname = current_database()")
            .await,
        0
    );
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_sent_many_times_at_once_holds_once() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    warehouse.app.start_replica().await;
    let order = OrderId::new();

    join_all((0..16).map(|_| warehouse.reserve(order, vec![line("CHAIR-1", 3)]))).await;

    let last: StockReserved = warehouse.answers::<StockReserved>(order, 16).await.data_as().unwrap();
    let first: StockReserved = warehouse.answers::<StockReserved>(order, 1).await.data_as().unwrap();
    assert_eq!(first, last);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 3));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_and_release_at_once_have_one_winner() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 100)]).await;
    warehouse.app.start_replica().await;
    let orders = orders(20);
    for order in &orders {
        warehouse.reserve(*order, vec![line("CHAIR-1", 1)]).await;
    }
    assert_eq!(warehouse.decided(&orders).await, 20);
    let broker = &warehouse.app.broker;

    join_all(orders.iter().map(async |order| {
        let (commit, release) = (CommitStock { order_id: *order }, ReleaseStock { order_id: *order });
        futures::join!(broker.deliver(&commit), broker.deliver(&release))
    }))
    .await;

    let committed = eventually("each has both answers", async || {
        let has = |answers: usize| answers == 1;
        let both = orders.iter().filter(|order| has(warehouse.answered::<StockReleased>(**order).len()));
        let committed =
            orders.iter().filter(|order| has(warehouse.answered::<StockCommitted>(**order).len()));
        let failed =
            orders.iter().filter(|order| has(warehouse.answered::<StockCommitFailed>(**order).len()));
        let (released, committed, failed) = (both.count(), committed.count(), failed.count());
        (released == 20 && committed + failed == 20).then_some(committed)
    })
    .await;
    let left = 100 - i64::try_from(committed).unwrap();
    assert_eq!(warehouse.level("CHAIR-1").await, (left, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expiry_and_commit_at_once_have_one_winner() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 100)]).await;
    warehouse.app.start_replica().await;
    let orders = orders(40);
    for order in &orders {
        warehouse.reserve(*order, vec![line("CHAIR-1", 1)]).await;
    }
    assert_eq!(warehouse.decided(&orders).await, 40);

    let (early, late) = orders.split_at(20);
    let commit =
        async |order: &OrderId| warehouse.app.broker.deliver(&CommitStock { order_id: *order }).await;
    join_all(early.iter().map(commit)).await;
    warehouse.app.clock.advance(TimeDelta::seconds(1_801));
    join_all(late.iter().map(commit)).await;

    let committed = eventually("each commit is answered", async || {
        let committed = warehouse.app.published.count::<StockCommitted>();
        (committed + warehouse.app.published.count::<StockCommitFailed>() == 40).then_some(committed)
    })
    .await;
    let left = 100 - i64::try_from(committed).unwrap();
    eventually("nothing is held", async || (warehouse.level("CHAIR-1").await == (left, 0)).then_some(()))
        .await;
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_counts_and_returns_of_a_hot_sku_at_once_leave_the_books_in_balance() {
    let mut warehouse = Warehouse::with(&[("A-1", 30), ("HOT-1", 20)]).await;
    warehouse.count_in("eu", "HOT-1", 25).await;
    warehouse.app.start_replica().await;
    let broker = &warehouse.app.broker;
    let orders = orders(60);

    let selling = join_all(orders.iter().map(async |order_id| {
        let (order_id, lines) = (*order_id, vec![line("HOT-1", 2), line("A-1", 1)]);
        let region = Some(region("eu"));
        broker.deliver(&ReserveStock { order_id, lines, region, hold_until: None }).await;
        broker.deliver(&CommitStock { order_id }).await;
        let lines = vec![line("HOT-1", 1)];
        broker.deliver(&ReturnItems { order_id, return_id: ReturnId::new(), lines }).await;
        broker.deliver(&RestockItems { order_id }).await
    }));
    let stocking = async {
        for index in 0..40 {
            let body = json!({ "delta": 1, "reason": "received", "region": if index % 2 == 0 { "eu" } else { "us" } });
            let post = warehouse.app.post("/api/v1/stock/HOT-1/adjustments").by(&warehouse.seller);
            post.idempotency_key(&format!("k-{index}")).json(&body).send().await.expect::<StockView>(201);
        }
    };
    futures::join!(selling, stocking);

    // Every order is done with: what its restock found is back, and it can hold nothing after that.
    eventually("each restock is answered", async || {
        (warehouse.app.published.count::<StockRestocked>() == orders.len()).then_some(())
    })
    .await;
    let mut parked = 0;
    let unhandled = "SELECT 60 * 4 + 2 - count(*) AS number FROM inbox";
    eventually("all that could be handled is", async || {
        while broker.parked(Role::Inventory).await.is_some() {
            parked += 1;
        }
        (warehouse.number(unhandled).await == parked).then_some(())
    })
    .await;
    assert_eq!(warehouse.level("HOT-1").await, (85, 0));
    assert_eq!(warehouse.level("A-1").await, (30, 0));
    let deadlocks = "SELECT deadlocks AS number FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(warehouse.number(deadlocks).await, 0);
    warehouse.assert_versions_have_no_gaps("HOT-1").await;
    warehouse.assert_the_books_balance().await;
}
