//! `GET /api/v1/payments/{order_id}`.

use contracts::api::payments::PaymentStatus;
use contracts::api::payments::test_tokens::*;
use payments::SERVICE;
use testkit::TestApp;

use crate::shop::{Order, handled};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_orders_customer_sees_its_payment() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, APPROVED).await;
    let path = format!("/api/v1/payments/{}", order.id);

    assert_eq!(order.becomes(&app, PaymentStatus::Authorized).await.amount, Some(order.amount));
    let stranger = testkit::customer();
    assert_eq!(app.get(&path).by(&stranger).send().await.problem(404), "not-found");
    assert_eq!(app.get(&path).by(&testkit::seller()).send().await.problem(404), "not-found");
    assert_eq!(app.get(&path).send().await.problem(401), "unauthenticated");
    let expired = app.tokens.token(order.customer.0, &order.customer.1, -60);
    assert_eq!(app.get(&path).bearer(&expired).send().await.problem(401), "unauthenticated");
    let unknown = app.get("/api/v1/payments/0199aaaa-0000-7000-8000-000000000000").by(&order.customer);
    assert_eq!(unknown.send().await.problem(404), "not-found");
    assert_eq!(app.get("/api/v1/payments/no-id").by(&order.customer).send().await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_alone_shows_nothing_to_its_sender() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.submit(&app, APPROVED).await;
    handled(&app, 1).await;
    assert_eq!(order.shown(&app).await, None, "whose order it is, only the order can say");
}
