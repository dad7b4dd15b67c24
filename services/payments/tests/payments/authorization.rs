//! The amount from the order and the token from the shopper, in every order and more than once.

use contracts::api::payments::test_tokens::*;
use contracts::api::payments::{DeclineReason, PaymentStatus};
use contracts::messages::payments::{PaymentAuthorized, PaymentFailed};
use kernel::UserId;
use payments::SERVICE;
use testkit::TestApp;

use crate::shop::{Order, effects, handled, parked};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_after_the_amount_authorises() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    let command = order.authorize(&app).await;
    order.becomes(&app, PaymentStatus::Pending).await;
    order.submit(&app, APPROVED).await;

    let authorized: PaymentAuthorized = app.published.first().await;
    assert_eq!((authorized.order_id, authorized.amount), (order.id, order.amount));
    let event = &app.published.all()[0];
    assert_eq!(event.correlationid, Some(order.id.to_string()));
    assert_eq!(event.causationid, Some(command.id), "it answers the order's command");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_before_the_amount_authorises() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.submit(&app, APPROVED).await;
    handled(&app, 1).await;
    order.authorize(&app).await;
    app.published.first::<PaymentAuthorized>().await;
    order.becomes(&app, PaymentStatus::Authorized).await;
    assert_eq!(app.database().number("SELECT count(*) AS number FROM submissions").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_token_wins_and_everything_twice_changes_nothing() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    let submission = order.submit(&app, APPROVED).await;
    handled(&app, 1).await;
    order.submit(&app, DECLINED).await;
    handled(&app, 2).await;
    let command = order.authorize(&app).await;
    app.published.first::<PaymentAuthorized>().await;

    app.broker.deliver_envelope(&submission).await;
    app.broker.deliver_envelope(&command).await;
    order.submit(&app, DECLINED).await;
    handled(&app, 4).await;
    order.authorize(&app).await;
    app.published.nth::<PaymentAuthorized>(1).await;
    assert_eq!(app.published.kinds(), ["payment.authorized.v1"; 2], "the re-sent command is answered again");
    assert_eq!(effects(&app, "authorization").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_a_stranger_is_ignored_and_the_order_stays_payable() {
    let app = TestApp::start(SERVICE).await;
    let early = Order::new();
    early.submit_as(&app, UserId::new(), APPROVED).await;
    handled(&app, 1).await;
    early.authorize(&app).await;
    let late = Order::new();
    late.authorize(&app).await;
    handled(&app, 3).await;
    late.submit_as(&app, UserId::new(), APPROVED).await;
    handled(&app, 4).await;
    for order in [&early, &late] {
        assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Pending);
        order.submit(&app, APPROVED).await;
        order.becomes(&app, PaymentStatus::Authorized).await;
    }
    assert_eq!(effects(&app, "authorization").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn declined_cards_fail_with_the_providers_reason() {
    let app = TestApp::start(SERVICE).await;
    let reasons = [
        (DECLINED, DeclineReason::CardDeclined),
        (INSUFFICIENT_FUNDS, DeclineReason::InsufficientFunds),
        ("tok_nobody_knows", DeclineReason::UnknownToken),
    ];
    for (number, (token, reason)) in reasons.into_iter().enumerate() {
        let order = Order::new();
        order.authorize(&app).await;
        order.submit(&app, token).await;
        let failed: PaymentFailed = app.published.nth(number).await;
        assert_eq!((failed.order_id, failed.reason), (order.id, reason), "{token}");
        let shown = order.becomes(&app, PaymentStatus::Failed).await;
        assert_eq!(shown.transactions.len(), 1);
        assert!(!shown.transactions[0].succeeded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_until_it_is_known() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, TIMEOUT).await;
    testkit::eventually("the outcome is unknown", async || {
        let unknown = "SELECT count(*) AS number FROM open_operations WHERE unknown_since IS NOT NULL";
        (app.database().number(unknown).await == 1).then_some(())
    })
    .await;
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Authorizing, "it is not guessed");
    app.clock.advance(chrono::TimeDelta::seconds(6));
    app.published.first::<PaymentAuthorized>().await;
    assert_eq!(effects(&app, "authorization").await, 1);
    assert_eq!(app.database().number("SELECT count(*) AS number FROM open_operations").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_holds_up_nobody_else() {
    let app = TestApp::start(SERVICE).await;
    let late = Order::new();
    late.authorize(&app).await;
    late.submit(&app, LATE).await;
    let quick = Order::new();
    quick.authorize(&app).await;
    quick.submit(&app, APPROVED).await;
    let first: PaymentAuthorized = app.published.first().await;
    let second: PaymentAuthorized = app.published.nth(1).await;
    assert_eq!((first.order_id, second.order_id), (quick.id, late.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_later_than_the_time_limit_is_found_afterwards() {
    let variables = [("PROVIDER_TIMEOUT_MS", "200"), ("SIMULATOR_LATE_MS", "60000")];
    let app = TestApp::start_with(SERVICE, &variables).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, LATE).await;
    app.published.first::<PaymentAuthorized>().await;
    assert_eq!(effects(&app, "authorization").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_number_is_parked_and_never_used() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    order.submit(&app, "4111 1111 1111 1111").await;
    parked(&app).await;
    assert_eq!(app.database().number("SELECT count(*) AS number FROM payments").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_and_contradicting_messages_are_parked() {
    let app = TestApp::start(SERVICE).await;
    app.broker.deliver_raw("shop.orders", "payment.authorize.v1", b"{}").await;
    assert_eq!(parked(&app).await, "{}");

    let order = Order::new();
    let mut command = order.authorize(&app).await;
    order.becomes(&app, PaymentStatus::Pending).await;
    command.id = kernel::EventId::new();
    command.data["amount"]["amount_minor"] = 1.into();
    app.broker.deliver_envelope(&command).await;
    assert!(parked(&app).await.contains(&command.id.to_string()), "another amount for the same order");
    command.id = kernel::EventId::new();
    command.data["amount"] = "much".into();
    app.broker.deliver_envelope(&command).await;
    assert!(parked(&app).await.contains("much"));
    assert_eq!(order.shown(&app).await.unwrap().amount, Some(order.amount));
}
