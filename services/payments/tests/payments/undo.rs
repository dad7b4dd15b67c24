//! Voids and refunds: the saga's compensations.

use contracts::api::payments::PaymentStatus;
use contracts::api::payments::test_tokens::*;
use contracts::messages::payments::{PaymentAuthorized, PaymentFailed, PaymentRefunded, PaymentVoided};
use payments::SERVICE;
use testkit::TestApp;

use crate::shop::{Order, effects, handled, parked};

#[tokio::test(flavor = "multi_thread")]
async fn a_void_before_anything_else_leaves_nothing_to_pay() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    order.authorize(&app).await;
    app.published.nth::<PaymentVoided>(1).await;
    order.submit(&app, APPROVED).await;
    handled(&app, 3).await;
    order.becomes(&app, PaymentStatus::Voided).await;
    assert_eq!(effects(&app, "authorization").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_before_the_token_makes_the_token_useless() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.authorize(&app).await;
    handled(&app, 1).await;
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    order.submit(&app, APPROVED).await;
    handled(&app, 3).await;
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Voided);
    assert_eq!(effects(&app, "authorization").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_lets_go_of_what_is_held_once() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, APPROVED).await;
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    let again = order.void(&app).await;
    app.published.nth::<PaymentVoided>(1).await;
    app.broker.deliver_envelope(&again).await;
    order.becomes(&app, PaymentStatus::Voided).await;
    assert_eq!(effects(&app, "void").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_while_the_provider_decides_lets_go_of_what_it_decided() {
    let app = TestApp::start_with(SERVICE, &[("SIMULATOR_LATE_MS", "700")]).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, LATE).await;
    order.becomes(&app, PaymentStatus::Authorizing).await;
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    assert_eq!(app.published.count::<PaymentAuthorized>(), 0, "the order has given up");
    assert_eq!((effects(&app, "authorization").await, effects(&app, "void").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_of_a_failed_payment_has_nothing_to_do() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, DECLINED).await;
    app.published.first::<PaymentFailed>().await;
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    assert_eq!(effects(&app, "void").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_captured_is_never_voided_but_refunded_once() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, APPROVED).await;
    order.void(&app).await;
    assert!(parked(&app).await.contains(&order.id.to_string()));

    order.refund(&app).await;
    let refunded: PaymentRefunded = app.published.first().await;
    assert_eq!((refunded.order_id, refunded.amount), (order.id, order.amount));
    let again = order.refund(&app).await;
    app.published.nth::<PaymentRefunded>(1).await;
    app.broker.deliver_envelope(&again).await;
    assert_eq!(effects(&app, "refund").await, 1);
    assert_eq!(order.becomes(&app, PaymentStatus::Refunded).await.transactions.len(), 3);
    assert_eq!(app.published.count::<PaymentRefunded>(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_what_was_not_captured_is_parked() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, APPROVED).await;
    order.refund(&app).await;
    assert!(parked(&app).await.contains(&order.id.to_string()));
    assert_eq!(effects(&app, "refund").await, 0);
}
