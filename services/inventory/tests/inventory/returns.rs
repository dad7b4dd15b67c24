//! What customers send back goes onto the shelves that it came from, once.

use contracts::Role;
use contracts::messages::inventory::{StockRestocked, StockReturned};
use contracts::messages::orders::{ReserveStock, RestockItems, ReturnItems, StockLine};
use contracts::{Envelope, Message};
use kernel::{OrderId, ReturnId};
use testkit::eventually;

use crate::warehouse::{Warehouse, line, region};

fn back(order_id: OrderId, lines: Vec<StockLine>) -> ReturnItems {
    ReturnItems { order_id, return_id: ReturnId::new(), lines }
}

async fn parked(warehouse: &Warehouse) -> ReturnItems {
    let body = eventually("it is parked", async || warehouse.app.broker.parked(Role::Inventory).await).await;
    let envelope = Envelope::decode(&body).unwrap();
    assert_eq!(envelope.kind, ReturnItems::TYPE);
    envelope.data_as().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_goes_back_to_where_it_came_from_once_however_often_it_is_told() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 3)]).await;
    warehouse.count_in("eu", "CHAIR-1", 2).await;
    let order = warehouse.sold(vec![line("CHAIR-1", 5)]).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (0, 0));
    let broker = &warehouse.app.broker;

    let first = back(order, vec![line("CHAIR-1", 1), line("CHAIR-1", 2)]);
    for count in 1..=2 {
        broker.deliver(&first).await;
        let told = warehouse.answers::<StockReturned>(order, count).await;
        assert_eq!(told.data_as::<StockReturned>().unwrap().return_id, first.return_id);
        assert_eq!(warehouse.level_in("eu", "CHAIR-1").await, (2, 0));
        assert_eq!(warehouse.level_in("main", "CHAIR-1").await, (1, 0));
    }
    assert_eq!(warehouse.announced("CHAIR-1", 5).await.available, 3);

    broker.deliver(&back(order, vec![line("CHAIR-1", 2)])).await;
    warehouse.answers::<StockReturned>(order, 3).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (5, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_was_sold_never_comes_back() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10), ("TABLE-1", 10)]).await;
    let order = warehouse.sold(vec![line("CHAIR-1", 4)]).await;
    let held = warehouse.held(vec![line("CHAIR-1", 4)]).await;
    let broker = &warehouse.app.broker;
    broker.deliver(&back(order, vec![line("CHAIR-1", 3)])).await;
    warehouse.answers::<StockReturned>(order, 1).await;

    let elsewhere = warehouse.sold(vec![line("TABLE-1", 1)]).await;
    let first = back(elsewhere, vec![line("TABLE-1", 1)]);
    broker.deliver(&first).await;
    warehouse.answers::<StockReturned>(elsewhere, 1).await;
    let impossible = [
        back(order, vec![line("CHAIR-1", 2)]),
        back(order, vec![line("CHAIR-1", 1), line("TABLE-1", 1)]),
        back(held, vec![line("CHAIR-1", 1)]),
        back(OrderId::new(), vec![line("CHAIR-1", 1)]),
        back(order, vec![]),
        ReturnItems { order_id: order, ..first },
    ];
    for wrong in impossible {
        broker.deliver(&wrong).await;
        assert_eq!(parked(&warehouse).await, wrong);
    }

    assert_eq!(warehouse.level("CHAIR-1").await, (9, 4));
    assert_eq!(warehouse.level("TABLE-1").await, (10, 0));
    // What was refused is not remembered: the piece that is left may still come.
    broker.deliver(&back(order, vec![line("CHAIR-1", 1)])).await;
    warehouse.answers::<StockReturned>(order, 2).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 4));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restock_after_returns_brings_only_the_rest() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10), ("TABLE-1", 10)]).await;
    let broker = &warehouse.app.broker;
    let some = warehouse.sold(vec![line("CHAIR-1", 4), line("TABLE-1", 1)]).await;
    let all = warehouse.sold(vec![line("CHAIR-1", 2)]).await;
    broker.deliver(&back(some, vec![line("CHAIR-1", 3), line("TABLE-1", 1)])).await;
    warehouse.answers::<StockReturned>(some, 1).await;
    let whole = back(all, vec![line("CHAIR-1", 2)]);
    broker.deliver(&whole).await;
    warehouse.answers::<StockReturned>(all, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (9, 0));

    for order in [some, all] {
        broker.deliver(&RestockItems { order_id: order }).await;
        warehouse.answers::<StockRestocked>(order, 1).await;
    }

    assert_eq!((warehouse.level("CHAIR-1").await, warehouse.level("TABLE-1").await), ((10, 0), (10, 0)));
    // The return that had its effect is still answered; a new one finds nothing that could come.
    broker.deliver(&whole).await;
    warehouse.answers::<StockReturned>(all, 2).await;
    let late = back(some, vec![line("CHAIR-1", 1)]);
    broker.deliver(&late).await;
    assert_eq!(parked(&warehouse).await, late);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_returns_at_once_that_are_too_many_together_one_comes_back() {
    let mut warehouse = Warehouse::with(&[("CHAIR-1", 50)]).await;
    warehouse.count_in("eu", "CHAIR-1", 50).await;
    warehouse.app.start_replica().await;
    let (broker, mut refused) = (&warehouse.app.broker, 0);

    for _ in 0..8 {
        let lines = vec![line("CHAIR-1", 5)];
        let order_id = OrderId::new();
        warehouse
            .reserve_as(ReserveStock { order_id, lines, region: Some(region("eu")), hold_until: None })
            .await;
        broker.deliver(&contracts::messages::orders::CommitStock { order_id }).await;
        let returns = [back(order_id, vec![line("CHAIR-1", 3)]), back(order_id, vec![line("CHAIR-1", 3)])];
        warehouse.answers::<contracts::messages::inventory::StockCommitted>(order_id, 1).await;

        futures::join!(broker.deliver(&returns[0]), broker.deliver(&returns[1]));

        warehouse.answers::<StockReturned>(order_id, 1).await;
        assert!(returns.contains(&parked(&warehouse).await));
        refused += 1;
        assert_eq!(warehouse.answered::<StockReturned>(order_id).len(), 1);
    }
    assert_eq!(warehouse.level("CHAIR-1").await, (100 - 2 * refused, 0));
    warehouse.assert_the_books_balance().await;
}
