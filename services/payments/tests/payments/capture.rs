//! Taking the money: once.

use contracts::api::payments::test_tokens::*;
use contracts::api::payments::{DeclineReason, PaymentStatus, TransactionKind};
use contracts::messages::orders::CapturePayment;
use contracts::messages::payments::{PaymentCaptureFailed, PaymentSucceeded, PaymentVoided};
use futures::future::join_all;
use payments::SERVICE;
use testkit::TestApp;

use crate::shop::{Order, effects, parked};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_authorised_is_captured_and_told() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, APPROVED).await;
    let succeeded: PaymentSucceeded = app.published.first().await;
    assert_eq!((succeeded.order_id, succeeded.amount), (order.id, order.amount));
    let shown = order.becomes(&app, PaymentStatus::Captured).await;
    let kinds: Vec<TransactionKind> = shown.transactions.iter().map(|transaction| transaction.kind).collect();
    assert_eq!(kinds, [TransactionKind::Authorization, TransactionKind::Capture]);
    assert!(shown.transactions.iter().all(|transaction| transaction.succeeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_captures_at_once_on_three_replicas_take_the_money_once() {
    let mut app = TestApp::start(SERVICE).await;
    app.start_replica().await;
    app.start_replica().await;
    let order = Order::authorized(&app, APPROVED).await;
    join_all((0..16).map(|_| order.capture(&app))).await;
    app.published.first::<PaymentSucceeded>().await;
    crate::shop::handled(&app, 18).await;
    // Those that came before the outcome share its one answer; what comes now is answered at once.
    let before = app.published.count::<PaymentSucceeded>();
    order.capture(&app).await;
    app.published.nth::<PaymentSucceeded>(before).await;
    assert_eq!(effects(&app, "capture").await, 1);
    assert_eq!(order.shown(&app).await.unwrap().transactions.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_is_told_and_then_voided() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, CAPTURE_FAILS).await;
    order.capture(&app).await;
    let failed: PaymentCaptureFailed = app.published.first().await;
    assert_eq!((failed.order_id, failed.reason), (order.id, DeclineReason::CaptureRefused));
    order.capture(&app).await;
    app.published.nth::<PaymentCaptureFailed>(1).await;
    assert_eq!(effects(&app, "capture").await, 1);

    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    assert_eq!(effects(&app, "void").await, 1);
    let succeeded: Vec<bool> =
        order.shown(&app).await.unwrap().transactions.iter().map(|done| done.succeeded).collect();
    assert_eq!(succeeded, [true, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_of_nothing_is_parked() {
    let app = TestApp::start(SERVICE).await;
    let unknown = kernel::OrderId::new();
    app.broker.deliver(&CapturePayment { order_id: unknown }).await;
    assert!(parked(&app).await.contains(&unknown.to_string()));

    let unpaid = Order::new();
    unpaid.authorize(&app).await;
    unpaid.becomes(&app, PaymentStatus::Pending).await;
    unpaid.capture(&app).await;
    assert!(parked(&app).await.contains(&unpaid.id.to_string()));
    assert_eq!(effects(&app, "capture").await, 0);
}
