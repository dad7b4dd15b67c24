//! Holds with an end of their own, and longer ones.

use chrono::TimeDelta;
use contracts::messages::inventory::StockCommitted;
use contracts::messages::inventory::{StockReleased, StockReserved};
use contracts::messages::orders::{CommitStock, ReleaseStock, RenewReservation, ReserveStock};
use futures::future::join_all;
use kernel::{OrderId, Timestamp};
use testkit::eventually;

use crate::warehouse::{Warehouse, line};

async fn held_until(warehouse: &Warehouse, hold_until: Option<Timestamp>) -> (OrderId, Timestamp) {
    let order_id = OrderId::new();
    let lines = vec![line("CHAIR-1", 1)];
    let held = warehouse.reserve_as(ReserveStock { order_id, lines, region: None, hold_until }).await;
    (order_id, held.expires_at)
}

/// The end that the order was told last, after `count` answers.
async fn told(warehouse: &Warehouse, order: OrderId, count: usize) -> Timestamp {
    warehouse.answers::<StockReserved>(order, count).await.data_as::<StockReserved>().unwrap().expires_at
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_holds_as_long_as_it_asks_for_but_no_longer_than_eight_days() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let now = warehouse.app.clock.now();

    let week = now + TimeDelta::days(7);
    assert_eq!(held_until(&warehouse, Some(week)).await.1, week);
    let capped = held_until(&warehouse, Some(now + TimeDelta::days(30))).await.1 - now;
    assert!(capped >= TimeDelta::days(8) && capped < TimeDelta::days(8) + TimeDelta::minutes(1), "{capped}");

    warehouse.app.clock.advance(TimeDelta::days(6));
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 2));
    warehouse.app.clock.advance(TimeDelta::days(3));
    eventually("both are given back", async || (warehouse.level("CHAIR-1").await == (10, 0)).then_some(()))
        .await;
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_makes_a_hold_longer_and_never_shorter_however_often_it_comes() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let (order_id, first) = held_until(&warehouse, None).await;
    let later = first + TimeDelta::days(2);
    let renew = |hold_until| RenewReservation { order_id, hold_until };

    let (broker, mut count) = (&warehouse.app.broker, 1);
    for hold_until in [later, later, first, later - TimeDelta::days(1)] {
        broker.deliver(&renew(hold_until)).await;
        count += 1;
        assert_eq!(told(&warehouse, order_id, count).await, later);
    }

    warehouse.app.clock.advance(TimeDelta::days(1));
    // A new order is behind any sweep that could have taken the first.
    held_until(&warehouse, None).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 2));
    broker.deliver(&CommitStock { order_id }).await;
    warehouse.answers::<StockCommitted>(order_id, 1).await;
    // Late: the pieces are the order's for good.
    broker.deliver(&renew(later)).await;
    assert_eq!(told(&warehouse, order_id, count + 1).await, later);
    assert_eq!(warehouse.level("CHAIR-1").await, (9, 1));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_held_any_more_can_not_be_renewed() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let broker = &warehouse.app.broker;
    let (released, end) = held_until(&warehouse, None).await;
    let (expired, _) = held_until(&warehouse, None).await;
    broker.deliver(&ReleaseStock { order_id: released }).await;
    warehouse.answers::<StockReleased>(released, 1).await;
    warehouse.app.clock.advance(TimeDelta::seconds(1_801));
    warehouse.answers::<StockReleased>(expired, 1).await;

    let never = OrderId::new();
    for (order_id, answers) in [(released, 2), (expired, 2), (never, 1)] {
        broker.deliver(&RenewReservation { order_id, hold_until: end + TimeDelta::days(1) }).await;
        warehouse.answers::<StockReleased>(order_id, answers).await;
    }
    // What was answered stays true: the order that was renewed before it was known is not held later.
    warehouse.reserve(never, vec![line("CHAIR-1", 1)]).await;
    warehouse.answers::<StockReleased>(never, 2).await;

    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_and_the_end_of_the_hold_at_once_have_one_winner() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 100)]).await;
    warehouse.app.start_replica().await;
    let orders: Vec<OrderId> = (0..40).map(|_| OrderId::new()).collect();
    for order in &orders {
        warehouse.reserve(*order, vec![line("CHAIR-1", 1)]).await;
    }
    assert_eq!(warehouse.decided(&orders).await, 40);
    let hold_until = warehouse.app.clock.now() + TimeDelta::days(3);

    let (early, late) = orders.split_at(20);
    let renew = async |order_id: &OrderId| {
        warehouse.app.broker.deliver(&RenewReservation { order_id: *order_id, hold_until }).await
    };
    join_all(early.iter().map(renew)).await;
    warehouse.app.clock.advance(TimeDelta::seconds(1_801));
    join_all(late.iter().map(renew)).await;

    // Renewed: told a new end. Not renewed: told so by the sweep, by the renewal, or by both.
    let renewed = eventually("each renewal is answered", async || {
        let is_renewed = |order: &&OrderId| warehouse.answered::<StockReserved>(**order).len() == 2;
        let renewed: Vec<&OrderId> = orders.iter().filter(is_renewed).collect();
        let released = orders.iter().filter(|order| !warehouse.answered::<StockReleased>(**order).is_empty());
        (renewed.len() + released.count() == orders.len()).then_some(renewed)
    })
    .await;
    for order in &renewed {
        assert!(warehouse.answered::<StockReleased>(**order).is_empty(), "renewed and released");
    }
    let held = i64::try_from(renewed.len()).unwrap();
    eventually("the others are given back", async || {
        (warehouse.level("CHAIR-1").await == (100, held)).then_some(())
    })
    .await;
    warehouse.assert_the_books_balance().await;
}
