//! What is left when a worker dies between asking the provider and writing down the answer.

use chrono::TimeDelta;
use contracts::api::payments::PaymentStatus;
use contracts::api::payments::test_tokens::*;
use contracts::messages::payments::PaymentAuthorized;
use diesel_async::SimpleAsyncConnection;
use payments::SERVICE;
use testkit::{TestApp, eventually};

use crate::shop::{Order, effects};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_after_the_call_is_overtaken_without_a_second_effect() {
    // The first worker's call is in the provider's books, but the worker hears nothing of it for a long time.
    let variables = [("SIMULATOR_LATE_MS", "6000"), ("PROVIDER_TIMEOUT_MS", "60000")];
    let app = TestApp::start_with(SERVICE, &variables).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, LATE).await;
    eventually("the provider has acted", async || (effects(&app, "authorization").await == 1).then_some(()))
        .await;
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Authorizing);

    app.clock.advance(TimeDelta::seconds(31));
    let started = std::time::Instant::now();
    app.published.first::<PaymentAuthorized>().await;
    assert!(
        started.elapsed().as_millis() < 3_000,
        "the second worker asked instead of waiting for the first"
    );

    // The first worker's answer comes in the end, and changes nothing.
    order.capture(&app).await;
    let shown = order.becomes(&app, PaymentStatus::Captured).await;
    tokio::time::sleep(std::time::Duration::from_secs(7).saturating_sub(started.elapsed())).await;
    assert_eq!(order.shown(&app).await.unwrap(), shown);
    assert_eq!(effects(&app, "authorization").await, 1);
    assert_eq!(app.published.count::<PaymentAuthorized>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_never_left_is_placed_by_the_next_worker() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.becomes(&app, PaymentStatus::Pending).await;
    // As a worker leaves it that took the job and died before the call.
    let mut conn = app.database().connect().await;
    conn.batch_execute(
        "UPDATE payments SET payment_token = 'tok_approved', status = 'authorizing';
         INSERT INTO open_operations (payment_id, asks, next_attempt_at)
         SELECT id, 1, now() + interval '30 seconds' FROM payments",
    )
    .await
    .unwrap();
    app.clock.advance(TimeDelta::seconds(31));
    app.published.first::<PaymentAuthorized>().await;
    assert_eq!(effects(&app, "authorization").await, 1);
}
