//! Our ledger, the provider's books and what orders says, compared.

use chrono::TimeDelta;
use contracts::api::Page;
use contracts::api::orders::EndReason;
use contracts::api::payments::test_tokens::*;
use contracts::api::payments::{DifferenceKind, DifferenceView, PaymentStatus};
use contracts::messages::orders::{OrderCancelled, ReturnCompleted};
use contracts::messages::payments::PartRefunded;
use kernel::{Currency, Money, ReturnId};
use payments::SERVICE;
use testkit::{TestApp, eventually};

use crate::shop::{Order, execute, handled, support};

async fn reconciling() -> TestApp {
    TestApp::start_with(SERVICE, &[("RECONCILIATION_INTERVAL_MS", "200")]).await
}

async fn differences(app: &TestApp) -> Vec<DifferenceView> {
    let asked = app.get("/api/v1/payments/differences").by(&support()).send().await;
    asked.expect::<Page<DifferenceView>>(200).data
}

/// Until everything that has happened so far is past its grace and has been compared.
async fn compared(app: &TestApp) {
    app.clock.advance(TimeDelta::minutes(20));
    let now = app.clock.now().timestamp_micros();
    let ran = "SELECT count(*) AS number FROM reconciliations
               WHERE extract(epoch FROM ran_at) * 1000000 > ";
    eventually("a pass has ended", async || {
        (app.database().number(&format!("{ran} {}", now + 400_000)).await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_reported_where_everything_is_right() {
    let mut app = reconciling().await;
    app.start_replica().await;
    let kept = Order::captured(&app, APPROVED).await;
    kept.confirm(&app, kept.amount).await;
    let return_id = ReturnId::new();
    kept.refund_part(&app, return_id, 500).await;
    app.published.first::<PartRefunded>().await;
    let amount = Money::new(500, Currency::Eur);
    let done = ReturnCompleted { order_id: kept.id, return_id, customer_id: kept.customer.0, amount };
    app.broker.deliver(&done).await;

    let undone = Order::captured(&app, APPROVED).await;
    undone.refund(&app).await;
    undone.becomes(&app, PaymentStatus::Refunded).await;
    let reason = EndReason::CustomerCancelled;
    let ended = OrderCancelled { order_id: undone.id, customer_id: undone.customer.0, reason };
    app.broker.deliver(&ended).await;

    let never = Order::authorized(&app, APPROVED).await;
    never.void(&app).await;
    never.becomes(&app, PaymentStatus::Voided).await;
    handled(&app, 14).await;
    compared(&app).await;
    assert_eq!(differences(&app).await, vec![]);
    let copied = "SELECT count(*) AS number FROM provider_books";
    assert_eq!(app.database().number(copied).await, 8, "it did compare");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_behind_our_back_is_found() {
    let app = reconciling().await;
    let order = Order::authorized(&app, APPROVED).await;
    execute(
        &app,
        "INSERT INTO simulator_operations (key, kind, target, reference, approved, amount_minor, currency, performed_at)
         SELECT 'dashboard', 'capture', reference, 'ch_1', true, 1990, 'EUR', now() FROM simulator_operations",
    )
    .await;
    compared(&app).await;
    let found = differences(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind, found[0].reference.as_deref()), (DifferenceKind::UnknownToUs, Some("ch_1")));
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Authorized, "a person decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_never_did_is_found() {
    let app = reconciling().await;
    let order = Order::captured(&app, APPROVED).await;
    order.confirm(&app, order.amount).await;
    execute(&app, "DELETE FROM simulator_operations WHERE kind = 'capture'").await;
    compared(&app).await;
    let found = differences(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind, found[0].order_id), (DifferenceKind::UnknownToProvider, Some(order.id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_confirmation_is_found_and_goes_when_it_comes() {
    let app = reconciling().await;
    let order = Order::captured(&app, APPROVED).await;
    compared(&app).await;
    let found = differences(&app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind, found[0].order_id), (DifferenceKind::CapturedNotConfirmed, Some(order.id)));
    compared(&app).await;
    assert_eq!(differences(&app).await, found, "it is found once");

    order.confirm(&app, order.amount).await;
    eventually("it is gone", async || differences(&app).await.is_empty().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_orders_believes_and_we_do_not_is_found() {
    let app = reconciling().await;
    let unpaid = Order::authorized(&app, APPROVED).await;
    unpaid.confirm(&app, unpaid.amount).await;
    let dearer = Order::captured(&app, APPROVED).await;
    dearer.confirm(&app, Money::new(2000, Currency::Eur)).await;
    let amount = Money::new(100, Currency::Eur);
    let (order_id, customer_id) = (dearer.id, dearer.customer.0);
    app.broker.deliver(&ReturnCompleted { order_id, return_id: ReturnId::new(), customer_id, amount }).await;
    handled(&app, 8).await;
    compared(&app).await;
    let mut found: Vec<_> =
        differences(&app).await.iter().map(|one| (format!("{:?}", one.kind), one.order_id)).collect();
    found.sort();
    let expected = [
        ("ConfirmedNotCaptured".to_owned(), Some(unpaid.id)),
        ("ReturnNotRefunded".to_owned(), Some(dearer.id)),
        ("TotalDiffers".to_owned(), Some(dearer.id)),
    ];
    assert_eq!(found, expected);
}
