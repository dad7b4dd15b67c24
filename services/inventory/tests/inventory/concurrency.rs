//! Many orders at once, two replicas that carry them out.

use contracts::messages::inventory::{StockCommitFailed, StockCommitted, StockReleased, StockReserved};
use contracts::messages::orders::{CommitStock, ReleaseStock};
use futures::future::join_all;
use kernel::OrderId;
use testkit::eventually;

use crate::warehouse::{Warehouse, line};

fn orders(count: usize) -> Vec<OrderId> {
    (0..count).map(|_| OrderId::new()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_orders_for_the_last_10_pieces_10_get_one() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    warehouse.app.start_replica().await;
    let orders = orders(64);

    join_all(orders.iter().map(|order| warehouse.reserve(*order, vec![line("CHAIR-1", 1)]))).await;

    assert_eq!(warehouse.decided(&orders).await, 10);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 10));
    assert_eq!(warehouse.announced("CHAIR-1", 11).await.available, 0);
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
