//! One cart, checked out more than once at the same moment.

use std::collections::BTreeSet;

use contracts::api::orders::OrderView;
use contracts::api::payments::test_tokens;
use futures::future::join_all;
use testkit::{Response, customer};

use crate::town::Town;

/// The orders that the answers tell of; those that tell of none were refused for these reasons.
fn outcomes(answers: &[Response]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    (
        made.into_iter().map(|answer| answer.expect::<OrderView>(201).id.to_string()).collect(),
        refused.into_iter().map(|answer| answer.problem(409)).collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn checked_out_twice_or_twenty_times_at_once_a_cart_becomes_one_order() {
    let town = Town::with(100, 0).await;
    let shopper = customer();
    let allowed = BTreeSet::from(["cart-frozen".to_owned(), "idempotency-key-in-flight".to_owned()]);

    for (times, same_key) in [(2, true), (2, false), (20, true), (20, false)] {
        let cart = town.cart(&shopper, 1).await;
        let key = |number: usize| if same_key { format!("{cart}") } else { format!("{cart}-{number}") };
        let keys: Vec<String> = (0..times).map(key).collect();

        let answers = join_all(keys.iter().map(|key| town.check_out(&shopper, cart, key))).await;

        let (made, refused) = outcomes(&answers);
        assert_eq!(made.len(), 1, "{times} at once, same key: {same_key}");
        assert!(refused.is_subset(&allowed), "{refused:?}");
        let order = made.first().unwrap().parse().unwrap();
        assert_eq!(town.pay(&shopper, order, test_tokens::APPROVED, "pay").await.status, 202);
        town.ended(&shopper, order).await;
    }

    assert_eq!(town.stock().await.on_hand, 96, "one piece for each of the four carts");
    town.assert_the_books_balance().await;
}
