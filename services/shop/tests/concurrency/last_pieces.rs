//! More shoppers than pieces.

use contracts::api::orders::{EndReason, OrderStatus};
use contracts::api::payments::test_tokens;
use futures::future::join_all;
use testkit::customer;

use crate::town::{Town, count};

#[tokio::test(flavor = "multi_thread")]
async fn of_64_shoppers_10_get_the_last_10_pieces_and_54_are_told_why_not() {
    let town = Town::with(10, 0).await;
    let shoppers: Vec<_> = (0..64).map(|_| customer()).collect();
    let carts = join_all(shoppers.iter().map(|shopper| town.cart(shopper, 1))).await;

    let buying = shoppers.iter().zip(carts).map(async |(shopper, cart)| {
        let order = town.check_out(shopper, cart, "order").await;
        let order = order.expect::<contracts::api::orders::OrderView>(201).id;
        // The others learn that it was refused, before or after they paid.
        let paid = town.pay(shopper, order, test_tokens::APPROVED, "pay").await.status.as_u16();
        assert!([202, 409].contains(&paid), "{paid}");
        town.ended(shopper, order).await
    });
    let orders = join_all(buying).await;

    assert_eq!(count(&orders, OrderStatus::Confirmed), 10);
    let refused: Vec<_> = orders.iter().filter(|order| order.status == OrderStatus::Rejected).collect();
    assert_eq!(refused.len(), 54);
    for order in refused {
        let Some(EndReason::OutOfStock { shortages }) = &order.reason else { panic!("{:?}", order.reason) };
        assert_eq!((shortages[0].wanted.get(), shortages[0].available), (1, 0), "{}", order.id);
    }
    let stock = town.stock().await;
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (0, 0, 0));
    town.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_of_shoppers_whose_cards_are_declined_go_to_others() {
    let town = Town::with(10, 0).await;
    let buy = async |token: &'static str| {
        let shopper = customer();
        let order = town.order(&shopper).await;
        assert_eq!(town.pay(&shopper, order, token, "pay").await.status, 202);
        town.ended(&shopper, order).await
    };

    let declined = join_all((0..10).map(|_| buy(test_tokens::DECLINED))).await;
    crate::town::until("all pieces are free again", async || {
        (town.stock().await.available == 10).then_some(())
    })
    .await;
    let bought = join_all((0..10).map(|_| buy(test_tokens::APPROVED))).await;

    assert_eq!(count(&declined, OrderStatus::Rejected), 10);
    assert_eq!(count(&bought, OrderStatus::Confirmed), 10);
    town.assert_the_books_balance().await;
}
