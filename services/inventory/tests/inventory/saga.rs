//! The commands of the checkout saga, each twice and out of order.

use contracts::api::orders::Shortage;
use contracts::messages::inventory::{
    StockCommitFailed, StockCommitted, StockRejected, StockReleased, StockReserved, StockRestocked,
};
use contracts::messages::orders::{CommitStock, ReleaseStock, ReserveStock, RestockItems};
use contracts::{Message, Role, topology};
use kernel::{Clock, OrderId, Quantity};
use platform::outbox::Event;
use serde_json::{Value, json};
use testkit::eventually;

use crate::warehouse::{Warehouse, line, sku};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_reserved_committed_and_restocked_moves_the_level_step_by_step() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10), ("TABLE-1", 3)]).await;
    let (broker, order) = (&warehouse.app.broker, OrderId::new());

    let command = warehouse.reserve(order, vec![line("TABLE-1", 1), line("CHAIR-1", 4)]).await;
    let answer = warehouse.answers::<StockReserved>(order, 1).await;
    assert_eq!((answer.correlationid, answer.causationid), (Some(order.to_string()), Some(command.id)));
    assert_eq!((warehouse.level("CHAIR-1").await, warehouse.level("TABLE-1").await), ((10, 4), (3, 1)));
    assert_eq!(warehouse.announced("CHAIR-1", 2).await.available, 6);

    broker.deliver(&CommitStock { order_id: order }).await;
    warehouse.answers::<StockCommitted>(order, 1).await;
    assert_eq!((warehouse.level("CHAIR-1").await, warehouse.level("TABLE-1").await), ((6, 0), (2, 0)));
    assert_eq!(warehouse.announced("CHAIR-1", 3).await.on_hand, 6);

    broker.deliver(&RestockItems { order_id: order }).await;
    warehouse.answers::<StockRestocked>(order, 1).await;
    assert_eq!((warehouse.level("CHAIR-1").await, warehouse.level("TABLE-1").await), ((10, 0), (3, 0)));
    assert_eq!(warehouse.announced("CHAIR-1", 4).await.available, 10);
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_short_of_one_line_holds_none() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10), ("TABLE-1", 3)]).await;
    let order = OrderId::new();
    let lines = vec![line("CHAIR-1", 4), line("TABLE-1", 5), line("LAMP-1", 1)];

    warehouse.reserve(order, lines.clone()).await;

    let answer: StockRejected = warehouse.answers::<StockRejected>(order, 1).await.data_as().unwrap();
    let short = |text: &str, wanted: i64, available: i64| Shortage {
        sku: sku(text),
        wanted: Quantity::new(wanted).unwrap(),
        available,
    };
    assert_eq!(answer.shortages, [short("LAMP-1", 1, 0), short("TABLE-1", 5, 3)]);
    assert_eq!((warehouse.level("CHAIR-1").await, warehouse.level("TABLE-1").await), ((10, 0), (3, 0)));

    // Even when there is enough by now, for the saga has ended with the first answer.
    warehouse.count("TABLE-1", 50).await;
    warehouse.reserve(order, lines).await;
    let again: StockRejected = warehouse.answers::<StockRejected>(order, 2).await.data_as().unwrap();
    assert_eq!(again, answer);
    assert_eq!(warehouse.level("TABLE-1").await, (50, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_for_the_same_sku_are_one_wish() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let (fits, short) = (OrderId::new(), OrderId::new());

    warehouse.reserve(fits, vec![line("CHAIR-1", 3), line("CHAIR-1", 4)]).await;
    warehouse.answers::<StockReserved>(fits, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 7));

    warehouse.reserve(short, vec![line("CHAIR-1", 1_000_000), line("CHAIR-1", 1_000_000)]).await;
    let answer: StockRejected = warehouse.answers::<StockRejected>(short, 1).await.data_as().unwrap();
    assert_eq!((answer.shortages[0].wanted, answer.shortages[0].available), (Quantity::MAX, 3));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_twice_is_answered_twice_and_moves_once() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let (broker, order) = (&warehouse.app.broker, OrderId::new());

    let command = warehouse.reserve(order, vec![line("CHAIR-1", 4)]).await;
    warehouse.reserve(order, vec![line("CHAIR-1", 4)]).await;
    let second: StockReserved = warehouse.answers::<StockReserved>(order, 2).await.data_as().unwrap();
    let first: StockReserved = warehouse.answers::<StockReserved>(order, 1).await.data_as().unwrap();
    assert_eq!(first, second);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 4));

    for count in 1..=2 {
        broker.deliver(&CommitStock { order_id: order }).await;
        warehouse.answers::<StockCommitted>(order, count).await;
        assert_eq!(warehouse.level("CHAIR-1").await, (6, 0));
    }
    for count in 1..=2 {
        broker.deliver(&RestockItems { order_id: order }).await;
        warehouse.answers::<StockRestocked>(order, count).await;
        assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    }
    // The very same message, as the broker may deliver it again: seen by the inbox, not even answered.
    broker.deliver_envelope(&command).await;
    warehouse.reserve(order, vec![line("CHAIR-1", 4)]).await;
    warehouse.answers::<StockReserved>(order, 3).await;
    assert_eq!(warehouse.answered::<StockReserved>(order).len(), 3);
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_released_twice_is_given_back_once() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let order = warehouse.held(vec![line("CHAIR-1", 4)]).await;

    for count in 1..=2 {
        warehouse.app.broker.deliver(&ReleaseStock { order_id: order }).await;
        warehouse.answers::<StockReleased>(order, count).await;
        assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    }

    warehouse.app.broker.deliver(&CommitStock { order_id: order }).await;
    warehouse.answers::<StockCommitFailed>(order, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_that_comes_after_its_release_holds_nothing() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let order = OrderId::new();

    warehouse.app.broker.deliver(&ReleaseStock { order_id: order }).await;
    warehouse.answers::<StockReleased>(order, 1).await;
    warehouse.reserve(order, vec![line("CHAIR-1", 4)]).await;
    warehouse.answers::<StockReleased>(order, 2).await;

    assert_eq!(warehouse.answered::<StockReserved>(order).len(), 0);
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_nobody_knows_can_be_neither_committed_nor_restocked_into_being() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let (broker, committed, restocked) = (&warehouse.app.broker, OrderId::new(), OrderId::new());

    broker.deliver(&CommitStock { order_id: committed }).await;
    warehouse.answers::<StockCommitFailed>(committed, 1).await;
    broker.deliver(&RestockItems { order_id: restocked }).await;
    warehouse.answers::<StockRestocked>(restocked, 1).await;
    // Late: the saga is undoing both orders.
    for order in [committed, restocked] {
        warehouse.reserve(order, vec![line("CHAIR-1", 4)]).await;
        warehouse.answers::<StockReleased>(order, 1).await;
    }

    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_after_the_commit_is_answered_and_gives_nothing_back() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let order = warehouse.held(vec![line("CHAIR-1", 4)]).await;
    let broker = &warehouse.app.broker;
    broker.deliver(&CommitStock { order_id: order }).await;
    warehouse.answers::<StockCommitted>(order, 1).await;

    broker.deliver(&ReleaseStock { order_id: order }).await;
    warehouse.answers::<StockReleased>(order, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (6, 0));

    broker.deliver(&RestockItems { order_id: order }).await;
    warehouse.answers::<StockRestocked>(order, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restock_before_the_commit_gives_the_hold_back_and_the_commit_fails() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let order = warehouse.held(vec![line("CHAIR-1", 4)]).await;

    warehouse.app.broker.deliver(&RestockItems { order_id: order }).await;
    warehouse.answers::<StockRestocked>(order, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));

    warehouse.app.broker.deliver(&CommitStock { order_id: order }).await;
    warehouse.answers::<StockCommitFailed>(order, 1).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_makes_no_sense_is_parked_and_the_next_one_is_taken() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let broker = &warehouse.app.broker;
    let with_lines = |lines: Value| {
        let order = ReserveStock { order_id: OrderId::new(), lines: vec![], region: None, hold_until: None };
        let mut body = serde_json::to_value(Event::new(&order, Clock::default().now()).envelope()).unwrap();
        body["data"]["lines"] = lines;
        serde_json::to_vec(&body).unwrap()
    };
    let bodies = [
        b"not json".to_vec(),
        with_lines(json!([])),
        with_lines(json!([{ "sku": "CHAIR-1", "quantity": 0 }])),
        with_lines(json!([{ "sku": "CHAIR-1", "quantity": -4 }])),
        with_lines(json!("CHAIR-1")),
    ];

    for body in &bodies {
        broker.deliver_raw(&topology::exchange(Role::Orders), ReserveStock::TYPE, body).await;
        let parked = eventually("it is parked", async || broker.parked(Role::Inventory).await).await;
        assert_eq!(&parked, body);
    }

    warehouse.held(vec![line("CHAIR-1", 4)]).await;
    assert_eq!(warehouse.level("CHAIR-1").await, (10, 4));
    warehouse.assert_the_books_balance().await;
}
