//! Money that goes back in parts.

use contracts::api::payments::test_tokens::*;
use contracts::api::payments::{DeclineReason, PaymentStatus};
use contracts::messages::payments::{PartRefundFailed, PartRefunded, PaymentRefunded};
use futures::future::join_all;
use kernel::{Currency, Money, ReturnId};
use payments::SERVICE;
use testkit::TestApp;

use crate::shop::{Order, effects, handled};

#[tokio::test(flavor = "multi_thread")]
async fn parts_go_back_once_each_and_a_cancelled_order_gets_the_rest() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, APPROVED).await;
    let first = ReturnId::new();
    let command = order.refund_part(&app, first, 500).await;
    let told: PartRefunded = app.published.first().await;
    assert_eq!((told.return_id, told.amount), (first, Money::new(500, Currency::Eur)));
    let shown = order.becomes(&app, PaymentStatus::PartiallyRefunded).await;
    assert_eq!(shown.refunded, Some(Money::new(500, Currency::Eur)));

    app.broker.deliver_envelope(&command).await;
    order.refund_part(&app, first, 500).await;
    app.published.nth::<PartRefunded>(1).await;
    assert_eq!(effects(&app, "refund").await, 1, "answered again, not done again");

    order.refund_part(&app, ReturnId::new(), 400).await;
    order.refund(&app).await;
    app.published.first::<PaymentRefunded>().await;
    let shown = order.becomes(&app, PaymentStatus::Refunded).await;
    let moved: Vec<i64> = shown.transactions[2..].iter().map(|done| done.amount.amount_minor).collect();
    assert_eq!(moved, [500, 400, 1090]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_is_left_is_refused_for_good() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, APPROVED).await;
    let too_much = ReturnId::new();
    order.refund_part(&app, too_much, 1991).await;
    let failed: PartRefundFailed = app.published.first().await;
    assert_eq!((failed.return_id, failed.reason), (too_much, DeclineReason::NothingLeft));
    order.refund_part(&app, too_much, 1991).await;
    app.published.nth::<PartRefundFailed>(1).await;
    assert_eq!(effects(&app, "refund").await, 0);
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Captured);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_parts_at_once_on_three_replicas_give_back_no_more_than_was_taken() {
    let mut app = TestApp::start(SERVICE).await;
    app.start_replica().await;
    app.start_replica().await;
    let order = Order::captured(&app, APPROVED).await;
    let parts: Vec<ReturnId> = (0..8).map(|_| ReturnId::new()).collect();
    // Each twice, under two ids: 8 of 300 are wanted, 6 of them fit into 1990.
    join_all(parts.iter().chain(&parts).map(|part| order.refund_part(&app, *part, 300))).await;
    handled(&app, 19).await;
    testkit::eventually("all are answered", async || {
        let open = "SELECT count(*) AS number FROM refunds WHERE state = 'open'";
        (app.database().number(open).await == 0).then_some(())
    })
    .await;
    assert_eq!(effects(&app, "refund").await, 6);
    let shown = order.becomes(&app, PaymentStatus::PartiallyRefunded).await;
    assert_eq!(shown.refunded, Some(Money::new(1800, Currency::Eur)));
    let refused = "SELECT count(*) AS number FROM refunds WHERE decline_reason = 'nothing_left'";
    assert_eq!(app.database().number(refused).await, 2);
}
