//! What the provider tells unasked, and holds that end by themselves.

use chrono::TimeDelta;
use contracts::api::payments::test_tokens::*;
use contracts::api::payments::{DeclineReason, PaymentStatus};
use contracts::messages::payments::{
    ChargebackReceived, PartRefundFailed, PaymentAuthorized, PaymentCaptureFailed, PaymentRefunded,
    PaymentVoided,
};
use kernel::{Currency, Money, ReturnId};
use payments::SERVICE;
use testkit::{TestApp, eventually};

use crate::shop::{Order, effects, execute};

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_back_is_told_once_and_ends_all_refunds() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, CHARGEBACK).await;
    let told: ChargebackReceived = app.published.first().await;
    assert_eq!((told.order_id, told.amount), (order.id, order.amount));
    let shown = order.becomes(&app, PaymentStatus::ChargedBack).await;
    assert_eq!(shown.charged_back, Some(order.amount));

    order.refund_part(&app, ReturnId::new(), 100).await;
    let failed: PartRefundFailed = app.published.first().await;
    assert_eq!(failed.reason, DeclineReason::ChargedBack);
    order.refund(&app).await;
    app.published.first::<PaymentRefunded>().await;
    assert_eq!(effects(&app, "refund").await, 0, "the bank has given the customer everything");

    // The provider says so again.
    execute(&app, "UPDATE simulator_notices SET delivered = false").await;
    brought(&app).await;
    assert_eq!(app.published.count::<ChargebackReceived>(), 1);
    assert_eq!(order.shown(&app).await.unwrap().charged_back, Some(order.amount));
}

/// Until every notice has been brought.
async fn brought(app: &TestApp) {
    eventually("the notices are brought", async || {
        let left = "SELECT count(*) AS number FROM simulator_notices WHERE NOT delivered";
        (app.database().number(left).await == 0).then_some(())
    })
    .await;
}

async fn notice(app: &TestApp, kind: &str, about: &str, reference: &str, minor: i64) {
    execute(
        app,
        &format!(
            "INSERT INTO simulator_notices (kind, about, reference, amount_minor, currency, due_at)
             SELECT '{kind}', {about}, '{reference}', {minor}, 'EUR', now() FROM payments"
        ),
    )
    .await;
    brought(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_at_the_provider_counts_and_counts_once() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, APPROVED).await;
    for _ in 0..2 {
        notice(&app, "refunded", "capture_reference", "dashboard-1", 1500).await;
    }
    let shown = order.becomes(&app, PaymentStatus::PartiallyRefunded).await;
    assert_eq!(shown.refunded, Some(Money::new(1500, Currency::Eur)));
    order.refund_part(&app, ReturnId::new(), 491).await;
    let failed: PartRefundFailed = app.published.first().await;
    assert_eq!(failed.reason, DeclineReason::NothingLeft);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorisation_that_was_let_go_of_at_the_provider_is_not_captured() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, APPROVED).await;
    notice(&app, "voided", "authorization_reference", "dashboard-2", 0).await;
    order.becomes(&app, PaymentStatus::CaptureFailed).await;
    order.capture(&app).await;
    let failed: PaymentCaptureFailed = app.published.first().await;
    assert_eq!(failed.reason, DeclineReason::AuthorizationExpired);
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    assert_eq!((effects(&app, "capture").await, effects(&app, "void").await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_tells_an_outcome_that_the_answer_did_not() {
    let app = TestApp::start_with(SERVICE, &[("PROVIDER_TIMEOUT_MS", "300")]).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, TIMEOUT).await;
    eventually("the outcome is unknown", async || {
        let unknown = "SELECT count(*) AS number FROM open_operations WHERE unknown_since IS NOT NULL";
        (app.database().number(unknown).await == 1).then_some(())
    })
    .await;
    execute(
        &app,
        "INSERT INTO simulator_notices (kind, about, reference, key, due_at)
         SELECT 'authorized', reference, reference, key, now() FROM simulator_operations",
    )
    .await;
    app.published.first::<PaymentAuthorized>().await;
    assert_eq!(
        app.database().number("SELECT asks::bigint AS number FROM open_operations UNION ALL SELECT 0").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_notices_change_nothing() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::captured(&app, APPROVED).await;
    for (kind, about) in
        [("charged_back", "'nobody'"), ("captured", "capture_reference"), ("refunded", "'nobody'")]
    {
        notice(&app, kind, about, &format!("strange-{kind}"), 1990).await;
    }
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Captured);
    let written = "SELECT count(*) AS number FROM audit_trail WHERE kind = 'notice'";
    assert_eq!(app.database().number(written).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_has_ended_is_told_as_it_is() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, APPROVED).await;
    let authorized: PaymentAuthorized = app.published.first().await;
    let ends = authorized.capture_before.unwrap();
    assert!((ends - app.clock.now() - TimeDelta::days(7)).abs() < TimeDelta::minutes(1));
    assert_eq!(order.shown(&app).await.unwrap().capture_before, Some(ends));

    app.clock.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    order.capture(&app).await;
    let failed: PaymentCaptureFailed = app.published.first().await;
    assert_eq!(failed.reason, DeclineReason::AuthorizationExpired);
    order.void(&app).await;
    app.published.first::<PaymentVoided>().await;
    assert_eq!(effects(&app, "void").await, 0, "nothing is held any more");
}
