//! Electronic invoices: one per capture, without gaps.

use std::collections::BTreeSet;

use chrono::Datelike;
use contracts::api::payments::InvoiceView;
use contracts::api::payments::test_tokens::*;
use contracts::messages::payments::{InvoiceIssued, PaymentAuthorized};
use diesel_async::SimpleAsyncConnection;
use futures::future::join_all;
use payments::SERVICE;
use testkit::TestApp;

use crate::shop::{Order, support};

#[tokio::test(flavor = "multi_thread")]
async fn captures_at_once_on_three_replicas_get_numbers_without_gaps() {
    let mut app = TestApp::start(SERVICE).await;
    app.start_replica().await;
    app.start_replica().await;
    let orders: Vec<Order> = (0..20).map(|_| Order::new()).collect();
    join_all(orders.iter().map(|order| async {
        order.authorize(&app).await;
        order.submit(&app, if order.id.0.as_bytes()[15] % 4 == 0 { CAPTURE_FAILS } else { APPROVED }).await;
    }))
    .await;
    app.published.nth::<PaymentAuthorized>(19).await;
    join_all(orders.iter().map(|order| order.capture(&app))).await;
    let failing = orders.iter().filter(|order| order.id.0.as_bytes()[15] % 4 == 0).count();
    let taken = orders.len() - failing;
    let mut numbers = BTreeSet::new();
    for place in 0..taken {
        numbers.insert(app.published.nth::<InvoiceIssued>(place).await.invoice_number);
    }
    let year = app.clock.now().year();
    let expected: BTreeSet<String> = (1..=taken).map(|number| format!("{year}-{number:06}")).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_shown_to_its_customer_and_the_support_team() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::authorized(&app, APPROVED).await;
    let path = format!("/api/v1/payments/{}/invoice", order.id);
    assert_eq!(app.get(&path).by(&order.customer).send().await.problem(404), "not-found");
    order.capture(&app).await;
    let issued: InvoiceIssued = app.published.first().await;
    for person in [&order.customer, &support()] {
        let shown: InvoiceView = app.get(&path).by(person).send().await.expect(200);
        assert_eq!(shown.invoice_number, issued.invoice_number);
        assert_eq!((shown.amount, shown.customer_id), (order.amount, order.customer.0));
    }
    assert_eq!(app.get(&path).by(&testkit::customer()).send().await.problem(404), "not-found");
    assert_eq!(app.get(&path).send().await.problem(401), "unauthenticated");

    let mut conn = app.database().connect().await;
    for statement in ["UPDATE invoices SET amount_minor = 1", "DELETE FROM invoices", "TRUNCATE invoices"] {
        let refused = conn.batch_execute(statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{statement}: {refused}");
    }
}
