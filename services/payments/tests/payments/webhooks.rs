//! What the provider tells us unasked: only what is genuine, and once.

use std::time::Duration;

use contracts::api::payments::{PaymentStatus, ProviderNoticeView};
use contracts::api::users::UserRole;
use contracts::messages::payments::ChargebackReceived;
use kernel::UserId;
use payments::SERVICE;
use serde_json::json;
use testkit::provider::{Dialect, Fault, ProviderDouble, Sent, Step};
use testkit::{TestApp, eventually};

use crate::providers::good_token;
use crate::shop::Order;

async fn kept(app: &TestApp, state: &str) -> i64 {
    let query = format!("SELECT count(*) AS number FROM provider_notices WHERE state = '{state}'");
    app.database().number(&query).await
}

async fn all_kept(app: &TestApp) -> i64 {
    app.database().number("SELECT count(*) AS number FROM provider_notices").await
}

fn stranger(dialect: Dialect) -> serde_json::Value {
    match dialect {
        Dialect::Stripe => {
            json!({ "id": "evt_x", "type": "customer.created", "created": 1, "data": { "object": {} } })
        }
        Dialect::PayPal => json!({
            "id": "WH-x", "event_type": "CHECKOUT.ORDER.APPROVED", "create_time": "2026-01-01T00:00:00Z",
            "resource": { "payer": "somebody", "ünïcode": "\u{1f4b6} 1.10" },
        }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_kept_once_and_what_does_not_concern_us_is_ignored() {
    for dialect in [Dialect::Stripe, Dialect::PayPal] {
        let double = ProviderDouble::start(dialect).await;
        let app = double.shop(SERVICE, &[]).await;
        for _ in 0..3 {
            assert_eq!(double.send(&stranger(dialect), Sent::Signed).await, (200, String::new()));
        }
        eventually("it is ignored", async || (kept(&app, "ignored").await == 1).then_some(())).await;
        assert_eq!(all_kept(&app).await, 1);
        let with_content = "SELECT count(*) AS number FROM provider_notices WHERE event IS NOT NULL";
        assert_eq!(app.database().number(with_content).await, 0, "what it said is kept no longer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_unsigned_and_old_events_leave_no_trace() {
    for dialect in [Dialect::Stripe, Dialect::PayPal] {
        let double = ProviderDouble::start(dialect).await;
        let app = double.shop(SERVICE, &[]).await;
        for how in [Sent::Forged, Sent::Unsigned] {
            let answer = double.send(&stranger(dialect), how).await;
            assert_eq!(answer, (401, "webhook-signature-invalid".to_owned()), "{dialect:?} {how:?}");
        }
        if dialect == Dialect::Stripe {
            let old = Sent::Old(Duration::from_secs(301));
            let answer = double.send(&stranger(dialect), old).await;
            assert_eq!(answer, (400, "webhook-too-old".to_owned()));
        }
        assert_eq!(double.send(&json!({ "no": "event" }), Sent::Signed).await.1, "malformed-body");
        assert_eq!(all_kept(&app).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_paypal_cannot_vouch_for_now_is_asked_for_again() {
    let double = ProviderDouble::start(Dialect::PayPal).await;
    let app = double.shop(SERVICE, &[("PROVIDER_TIMEOUT_MS", "300")]).await;
    double.fault(Step::Verify, Fault::NeverArrived);
    let answer = double.send(&stranger(Dialect::PayPal), Sent::Signed).await;
    assert_eq!(answer, (503, "unavailable".to_owned()));
    assert_eq!(all_kept(&app).await, 0);
    assert_eq!(double.send(&stranger(Dialect::PayPal), Sent::Signed).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_chosen_provider_has_a_door() {
    let double = ProviderDouble::start(Dialect::Stripe).await;
    let app = double.shop(SERVICE, &[]).await;
    let simulated = TestApp::start(SERVICE).await;
    let event = stranger(Dialect::Stripe);
    for (app, path) in [
        (&app, "/api/v1/webhooks/paypal"),
        (&app, "/api/v1/webhooks/simulator"),
        (&simulated, "/api/v1/webhooks/stripe"),
        (&simulated, "/api/v1/webhooks/simulator"),
    ] {
        assert_eq!(app.post(path).json(&event).send().await.problem(404), "not-found", "{path}");
    }
    let large = "a".repeat(platform::http::BODY_LIMIT + 1);
    let sent = app.post("/api/v1/webhooks/stripe").body("application/json", large);
    assert_eq!(sent.send().await.problem(413), "body-too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_waits_for_an_administrator() {
    let double = ProviderDouble::start(Dialect::Stripe).await;
    let app = double.shop(SERVICE, &[]).await;
    let object = json!({ "id": 7 });
    let event = json!({ "id": "evt_odd", "type": "charge.dispute.created", "created": 1, "data": { "object": object } });
    assert_eq!(double.send(&event, Sent::Signed).await.0, 200);
    eventually("it is put aside", async || (kept(&app, "failed").await == 1).then_some(())).await;

    let path = "/api/v1/provider-notices?state=failed";
    let admin = (UserId::new(), vec![UserRole::Admin]);
    let listed: Vec<ProviderNoticeView> = app.get(path).by(&admin).send().await.expect(200);
    assert_eq!((listed.len(), listed[0].event_id.as_str(), listed[0].attempts), (1, "evt_odd", 1));
    assert!(listed[0].failure.as_deref().is_some_and(|why| why.contains("not as its type says")));
    let retries = "/api/v1/provider-notices/stripe/evt_odd/retries";
    for someone in [testkit::customer(), testkit::seller()] {
        assert_eq!(app.get(path).by(&someone).send().await.problem(403), "forbidden");
        assert_eq!(app.post(retries).by(&someone).send().await.problem(403), "forbidden");
    }
    assert_eq!(app.post(retries).by(&admin).send().await.status, 202);
    let unknown = "/api/v1/provider-notices/stripe/evt_none/retries";
    assert_eq!(app.post(unknown).by(&admin).send().await.problem(404), "not-found");
    assert_eq!(
        app.get("/api/v1/provider-notices?state=all").by(&admin).send().await.problem(400),
        "invalid-query"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_event_changes_nothing() {
    for dialect in [Dialect::Stripe, Dialect::PayPal] {
        let double = ProviderDouble::start(dialect).await;
        let app = double.shop(SERVICE, &[]).await;
        let order = Order::authorized(&app, good_token(dialect)).await;
        order.capture(&app).await;
        order.becomes(&app, PaymentStatus::Captured).await;
        eventually("both events came", async || (all_kept(&app).await >= 2).then_some(())).await;
        eventually("both are worked off", async || (kept(&app, "waiting").await == 0).then_some(())).await;
        let before = order.shown(&app).await.unwrap();
        let published = app.published.kinds();
        for event in double.events() {
            assert_eq!(double.send(&event, Sent::Signed).await.0, 200);
        }
        assert_eq!(kept(&app, "waiting").await, 0);
        assert_eq!(order.shown(&app).await.unwrap(), before);
        assert_eq!(app.published.kinds(), published);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_back_is_told_once_however_often_it_comes() {
    for dialect in [Dialect::Stripe, Dialect::PayPal] {
        let double = ProviderDouble::start(dialect).await;
        let app = double.shop(SERVICE, &[]).await;
        let order = Order::authorized(&app, good_token(dialect)).await;
        order.capture(&app).await;
        order.becomes(&app, PaymentStatus::Captured).await;
        let event = double.charge_back(order.id).await;
        let told: ChargebackReceived = app.published.first().await;
        assert_eq!(
            (told.order_id, told.customer_id, told.amount),
            (order.id, order.customer.0, order.amount)
        );

        let mut again = event.clone();
        again["id"] = format!("{}-again", event["id"].as_str().unwrap()).into();
        for event in [&event, &again] {
            assert_eq!(double.send(event, Sent::Signed).await.0, 200);
        }
        eventually("all are worked off", async || (kept(&app, "waiting").await == 0).then_some(())).await;
        assert_eq!(app.published.count::<ChargebackReceived>(), 1);
    }
}
