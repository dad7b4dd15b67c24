//! A customer changes their mind while the money is being taken.

use std::time::Duration;

use contracts::api::orders::OrderStatus;
use contracts::api::payments::test_tokens;
use futures::future::join_all;
use testkit::customer;

use crate::town::{Town, count};

const ROUNDS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_races_the_capture_ends_with_the_goods_or_with_the_money() {
    let town = Town::with(1_000, 0).await;
    // A third each cancels while the card is asked, around the capture, and when all is over; each a bit later.
    let races = (0..ROUNDS).map(async |round| {
        let shopper = customer();
        let order = town.order(&shopper).await;
        let cancelling = async {
            let moment = [OrderStatus::Pending, OrderStatus::Authorized, OrderStatus::Confirmed][round % 3];
            town.reached(&shopper, order, moment).await;
            tokio::time::sleep(Duration::from_millis(round as u64)).await;
            town.cancel(&shopper, order).await
        };
        let paying = town.pay(&shopper, order, test_tokens::APPROVED, "pay");
        let (paid, cancelled) = futures::join!(paying, cancelling);
        assert!([202, 409].contains(&paid.status.as_u16()), "{}", paid.text());
        assert!([202, 409].contains(&cancelled.status.as_u16()), "{}", cancelled.text());
        town.ended(&shopper, order).await;
        (order, cancelled.status == 202)
    });
    let races = join_all(races).await;

    town.assert_the_books_balance().await;
    let (mut sold, mut before_capture, mut after_capture) = (0, 0, 0);
    for (order, accepted) in races {
        let (state, captures) = (town.state(order).await, town.provider_did(order, "capture").await);
        match (state.as_str(), captures) {
            ("confirmed", 1) => sold += 1,
            ("cancelled", 0) => before_capture += 1,
            ("cancelled", 1) => after_capture += 1,
            other => panic!("order {order} ended as {other:?}"),
        }
        assert_eq!(accepted, state == "cancelled", "order {order} is {state}");
    }
    println!("{sold} sold; cancelled: {before_capture} before the capture, {after_capture} after it");
    assert!(before_capture > 0 && after_capture > 0, "only one side of the capture was seen");
    let stock = town.stock().await;
    assert_eq!((stock.on_hand, stock.reserved), (1_000 - sold, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_twice_at_once_an_order_is_undone_once() {
    let town = Town::with(100, 30).await;
    let cancelling = (0..20).map(async |_| {
        let shopper = customer();
        let order = town.order(&shopper).await;
        assert_eq!(town.pay(&shopper, order, test_tokens::APPROVED, "pay").await.status, 202);
        let (one, two) = futures::join!(town.cancel(&shopper, order), town.cancel(&shopper, order));
        assert!(one.status == 202 || two.status == 202, "{} {}", one.text(), two.text());
        town.ended(&shopper, order).await
    });
    let orders = join_all(cancelling).await;

    assert_eq!(count(&orders, OrderStatus::Cancelled), 20);
    for order in &orders {
        assert_eq!(town.provider_did(order.id, "capture").await, 0);
    }
    town.assert_the_books_balance().await;
    assert_eq!(town.stock().await.available, 100);
}
