//! The refund saga: a confirmed order is cancelled by its customer.

use contracts::api::orders::{EndReason, OrderStatus};
use contracts::messages::inventory::StockRestocked;
use contracts::messages::orders::{OrderCancelled, RefundPayment, ReleaseStock, RestockItems, VoidPayment};
use contracts::messages::payments::PaymentRefunded;
use kernel::PaymentId;

use crate::support::{Shop, euros};

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_order_that_is_cancelled_is_refunded_and_restocked() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.is_confirmed().await;
    order.cancel("k").await.expect::<serde_json::Value>(202);
    order.becomes(OrderStatus::Unwinding).await;
    order.refunded().await;
    order.restocked().await;
    let view = order.becomes(OrderStatus::Cancelled).await;
    assert_eq!(view.reason, Some(EndReason::CustomerCancelled));
    order.asked::<OrderCancelled>(1).await;
    assert_eq!(shop.app.published.count::<VoidPayment>() + shop.app.published.count::<ReleaseStock>(), 0);
    assert_eq!(order.cancel("again").await.problem(409), "not-cancellable");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_message_twice_it_is_refunded_once() {
    let mut shop = Shop::open().await;
    shop.twice = true;
    let order = shop.order().await;
    order.is_confirmed().await;
    for key in ["k", "k", "another"] {
        assert_eq!(order.cancel(key).await.status.as_u16(), 202);
    }
    order.refunded().await;
    order.restocked().await;
    order.becomes(OrderStatus::Cancelled).await;
    order.asked::<RefundPayment>(1).await;
    order.asked::<RestockItems>(1).await;
    order.asked::<OrderCancelled>(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_not_answered_is_asked_for_again_until_it_is() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.is_confirmed().await;
    order.cancel("k").await.expect::<serde_json::Value>(202);
    for times in 1..=3 {
        order.asked::<RefundPayment>(times).await;
        shop.elapse(41);
    }
    order.asked::<RefundPayment>(4).await;
    let (order_id, payment_id) = (order.id, PaymentId::new());
    shop.tell(&PaymentRefunded { order_id, payment_id, amount: euros(18_998) }).await;
    order.asked::<RestockItems>(1).await;
    shop.elapse(11);
    order.asked::<RestockItems>(2).await;
    shop.tell(&StockRestocked { order_id }).await;
    order.becomes(OrderStatus::Cancelled).await;
}
