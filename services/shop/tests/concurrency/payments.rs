//! One order, paid for more than once at the same moment.

use contracts::api::orders::OrderStatus;
use contracts::api::payments::test_tokens;
use futures::future::join_all;
use testkit::customer;

use crate::town::Town;

/// An order that is paid at once under all of these keys: one hold, one charge.
async fn paid_under(town: &Town, keys: &[&str], token: &str) {
    let shopper = customer();
    let order = town.order(&shopper).await;

    let answers = join_all(keys.iter().map(|key| town.pay(&shopper, order, token, key))).await;

    for answer in &answers {
        // A later one may find the order authorised already.
        assert!(answer.status == 202 || answer.problem(409) == "not-payable", "{}", answer.text());
    }
    let ended = town.ended(&shopper, order).await;
    assert_eq!(ended.status, OrderStatus::Confirmed);
    assert_eq!(town.provider_did(order, "authorization").await, 1);
    assert_eq!(town.provider_did(order, "capture").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_submitted_twice_holds_and_takes_the_money_once() {
    let town = Town::with(100, 0).await;
    for token in [test_tokens::APPROVED, test_tokens::TIMEOUT] {
        futures::join!(
            paid_under(&town, &["one", "one"], token),
            paid_under(&town, &["one", "two"], token),
            paid_under(&town, &["one", "one", "two", "two", "three", "three"], token),
        );
    }
    town.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_orders_paid_twice_each_are_charged_once_each() {
    let town = Town::with(100, 0).await;
    join_all((0..20).map(|_| paid_under(&town, &["one", "two"], test_tokens::APPROVED))).await;
    assert_eq!(town.stock().await.on_hand, 80);
    town.assert_the_books_balance().await;
}
