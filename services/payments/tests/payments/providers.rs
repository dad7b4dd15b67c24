//! Stripe and PayPal, each as a server of its own that has books: after every fault there is one effect, and we know it.

use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::payments::{
    DeclineReason, NewResolution, PaymentStatus, PaymentView, ResolvedOutcome, TransactionKind,
};
use contracts::api::users::UserRole;
use contracts::messages::payments::PaymentFailed;
use payments::SERVICE;
use testkit::provider::{Delivery, Dialect, Fault, ProviderDouble, Step};
use testkit::{TestApp, eventually};

use crate::shop::Order;

const TIMEOUT: (&str, &str) = ("PROVIDER_TIMEOUT_MS", "300");

const FAULTS: [Fault; 7] = [
    Fault::Late(Duration::from_millis(500)),
    Fault::AnswerLost,
    Fault::NeverArrived,
    Fault::Refused(409),
    Fault::Refused(429),
    Fault::Refused(503),
    Fault::FailedAfter,
];

pub fn good_token(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Stripe => "pm_card_visa",
        Dialect::PayPal => "card-visa",
    }
}

/// Turns the clock whenever the shop waits to ask again.
async fn settles(app: &TestApp, order: &Order, status: PaymentStatus) -> PaymentView {
    eventually(&format!("{} settles as {status:?}", order.id), async || {
        let shown = order.shown(app).await;
        if let Some(shown) = shown.filter(|shown| shown.status == status) {
            return Some(shown);
        }
        let waits = format!(
            "SELECT count(*) AS number FROM open_operations
             WHERE unknown_since IS NOT NULL AND next_attempt_at > '{}'",
            app.clock.now().to_rfc3339()
        );
        if app.database().number(&waits).await > 0 {
            app.clock.advance(TimeDelta::minutes(61));
        }
        let in_vain = "SELECT count(*) AS number FROM open_operations WHERE next_attempt_at IS NULL";
        if app.database().number(in_vain).await > 0 {
            ask_again(app, order).await;
        }
        None
    })
    .await
}

/// What a person does whom the shop has given the question to: the provider answers again.
async fn ask_again(app: &TestApp, order: &Order) {
    let support = (kernel::UserId::new(), vec![UserRole::Support, UserRole::Admin]);
    let resolution =
        NewResolution { outcome: ResolvedOutcome::AskAgain, note: "it answers again".to_owned() };
    let path = format!("/api/v1/payments/{}/resolutions", order.id);
    let key = kernel::EventId::new().to_string();
    app.post(&path).by(&support).idempotency_key(&key).json(&resolution).send().await;
}

async fn authorize(app: &TestApp, dialect: Dialect) -> Order {
    let order = Order::new();
    order.authorize(app).await;
    order.submit(app, good_token(dialect)).await;
    settles(app, &order, PaymentStatus::Authorized).await;
    order
}

async fn capture(app: &TestApp, dialect: Dialect) -> Order {
    let order = authorize(app, dialect).await;
    order.capture(app).await;
    settles(app, &order, PaymentStatus::Captured).await;
    order
}

/// What we believe is what is in the provider's books, and money has moved at most once each way.
async fn agrees(app: &TestApp, double: &ProviderDouble, order: &Order) {
    let (books, shown) = (double.books(), order.shown(app).await.expect("a payment"));
    let ours = |kind| shown.transactions.iter().filter(|done| done.succeeded && done.kind == kind).count();
    let theirs = [
        (TransactionKind::Authorization, books.held(order.id)),
        (TransactionKind::Capture, books.captures(order.id)),
        (TransactionKind::Void, books.voids(order.id)),
        (TransactionKind::Refund, books.returns(order.id).len()),
    ];
    for (kind, theirs) in theirs {
        assert_eq!((ours(kind), theirs <= 1), (theirs, true), "{kind:?} of {}: {:?}", shown.id, books.holds);
    }
}

async fn happy(dialect: Dialect) {
    let double = ProviderDouble::start(dialect).await;
    let app = double.shop(SERVICE, &[]).await;
    let paid = capture(&app, dialect).await;
    paid.refund(&app).await;
    let shown = settles(&app, &paid, PaymentStatus::Refunded).await;
    let references: Vec<&str> = shown.transactions.iter().map(|done| done.reference.as_str()).collect();
    let books = double.books();
    let hold = books.of(paid.id)[0].clone();
    assert_eq!(references, [&hold.id, &hold.capture, &hold.returns[0].id]);
    agrees(&app, &double, &paid).await;

    let given_up = authorize(&app, dialect).await;
    given_up.void(&app).await;
    settles(&app, &given_up, PaymentStatus::Voided).await;
    agrees(&app, &double, &given_up).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripe_holds_takes_gives_back_and_lets_go() {
    happy(Dialect::Stripe).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paypal_holds_takes_gives_back_and_lets_go() {
    happy(Dialect::PayPal).await;
}

async fn refusals(dialect: Dialect, expected: &[(&str, DeclineReason)]) {
    let double = ProviderDouble::start(dialect).await;
    let app = double.shop(SERVICE, &[]).await;
    for (number, (token, reason)) in expected.iter().enumerate() {
        let order = Order::new();
        order.authorize(&app).await;
        order.submit(&app, token).await;
        let failed: PaymentFailed = app.published.nth(number).await;
        assert_eq!((failed.order_id, failed.reason), (order.id, *reason), "{token}");
        order.becomes(&app, PaymentStatus::Failed).await;
        assert_eq!(double.books().held(order.id), 0, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stripes_refusals_are_told_with_their_reasons() {
    let expected = [
        ("pm_card_declined", DeclineReason::CardDeclined),
        ("pm_card_insufficient_funds", DeclineReason::InsufficientFunds),
        ("pm_card_expired", DeclineReason::ExpiredCard),
        ("pm_card_authentication_required", DeclineReason::AuthenticationRequired),
        ("pm_card_requires_action", DeclineReason::AuthenticationRequired),
        ("pm_missing", DeclineReason::UnknownToken),
        ("tok_approved", DeclineReason::UnknownToken),
    ];
    refusals(Dialect::Stripe, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paypals_refusals_are_told_with_their_reasons() {
    let expected = [
        ("card-declined", DeclineReason::CardDeclined),
        ("card-poor", DeclineReason::InsufficientFunds),
        ("card-expired", DeclineReason::ExpiredCard),
        ("paypal-authentication", DeclineReason::AuthenticationRequired),
        ("paypal-absent", DeclineReason::AuthenticationRequired),
        ("paypal-missing", DeclineReason::UnknownToken),
    ];
    refusals(Dialect::PayPal, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_waits_for_the_customer_is_cancelled_before_it_counts_as_declined() {
    let double = ProviderDouble::start(Dialect::Stripe).await;
    let app = double.shop(SERVICE, &[TIMEOUT]).await;
    double.fault(Step::Void, Fault::NeverArrived);
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, "pm_card_requires_action").await;
    settles(&app, &order, PaymentStatus::Failed).await;
    assert_eq!(double.calls(Step::Void), 2, "cancelled again, for nobody knew");
    assert_eq!(double.books().held(order.id), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn paypals_order_that_is_not_authorised_by_itself_is_authorised() {
    let double = ProviderDouble::start(Dialect::PayPal).await;
    let app = double.shop(SERVICE, &[TIMEOUT]).await;
    double.fault(Step::Authorize, Fault::None);
    double.fault(Step::Authorize, Fault::AnswerLost);
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, "paypal-twostep").await;
    settles(&app, &order, PaymentStatus::Authorized).await;
    agrees(&app, &double, &order).await;
}

async fn every_fault_at_every_step(dialect: Dialect) {
    let double = ProviderDouble::start(dialect).await;
    let app = double.shop(SERVICE, &[TIMEOUT]).await;
    for fault in FAULTS {
        double.fault(Step::Authorize, fault);
        double.fault(Step::Capture, fault);
        double.fault(Step::Refund, fault);
        let paid = capture(&app, dialect).await;
        agrees(&app, &double, &paid).await;
        paid.refund(&app).await;
        settles(&app, &paid, PaymentStatus::Refunded).await;
        agrees(&app, &double, &paid).await;

        double.fault(Step::Void, fault);
        let given_up = authorize(&app, dialect).await;
        given_up.void(&app).await;
        settles(&app, &given_up, PaymentStatus::Voided).await;
        agrees(&app, &double, &given_up).await;
    }
    for step in [Step::Authorize, Step::Capture, Step::Refund, Step::Void] {
        assert!(double.calls(step) >= FAULTS.len(), "{step:?} was tried");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_at_every_step_of_stripe_ends_in_one_effect() {
    every_fault_at_every_step(Dialect::Stripe).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_at_every_step_of_paypal_ends_in_one_effect() {
    every_fault_at_every_step(Dialect::PayPal).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_stripe_repeats_is_asked_for_until_its_key_is_forgotten() {
    let double = ProviderDouble::start(Dialect::Stripe).await;
    let app = double.shop(SERVICE, &[TIMEOUT]).await;
    double.fault(Step::Authorize, Fault::FailedBefore);
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, good_token(Dialect::Stripe)).await;
    eventually("it was asked for", async || (double.calls(Step::Authorize) > 0).then_some(())).await;
    assert_eq!(order.shown(&app).await.expect("a payment").status, PaymentStatus::Authorizing);
    double.forget_keys();
    settles(&app, &order, PaymentStatus::Authorized).await;
    agrees(&app, &double, &order).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_for_longer_than_keys_live_is_found_in_the_books() {
    for dialect in [Dialect::Stripe, Dialect::PayPal] {
        let double = ProviderDouble::start(dialect).await;
        double.deliver(Delivery { copies: 0, ..Delivery::default() });
        let app = double.shop(SERVICE, &[TIMEOUT]).await;
        for step in [Step::Authorize, Step::Find] {
            double.fault(step, Fault::AnswerLost);
        }
        let order = Order::new();
        order.authorize(&app).await;
        order.submit(&app, good_token(dialect)).await;
        eventually("it was asked for", async || (double.calls(Step::Authorize) > 0).then_some(())).await;
        app.clock.advance(TimeDelta::hours(25));
        double.forget_keys();
        settles(&app, &order, PaymentStatus::Authorized).await;
        agrees(&app, &double, &order).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_provider_refuses_declines_nobody() {
    let double = ProviderDouble::start(Dialect::Stripe).await;
    let variables = [TIMEOUT, ("STRIPE_SECRET_KEY", "sk_test_of_another_shop")];
    let app = double.shop(SERVICE, &variables).await;
    let order = Order::new();
    order.authorize(&app).await;
    order.submit(&app, good_token(Dialect::Stripe)).await;
    eventually("the outcome is unknown", async || {
        let unknown = "SELECT count(*) AS number FROM open_operations WHERE unknown_since IS NOT NULL";
        (app.database().number(unknown).await == 1).then_some(())
    })
    .await;
    assert_eq!(order.shown(&app).await.expect("a payment").status, PaymentStatus::Authorizing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_paypal_that_ends_early_is_renewed() {
    let double = ProviderDouble::start(Dialect::PayPal).await;
    let app = double.shop(SERVICE, &[]).await;
    let order = authorize(&app, Dialect::PayPal).await;
    double.end_sessions();
    order.capture(&app).await;
    settles(&app, &order, PaymentStatus::Captured).await;
    assert_eq!(double.calls(Step::Capture), 2, "refused once, then done under a new token");
    agrees(&app, &double, &order).await;
}

/// One life per seed: paid, given back, or given up, while everything that can go wrong does.
async fn lives(dialect: Dialect) {
    let double = ProviderDouble::start(dialect).await;
    let app = double.shop(SERVICE, &[TIMEOUT]).await;
    let mut orders = Vec::new();
    for seed in 0..30 {
        double.misbehave(seed);
        let order = authorize(&app, dialect).await;
        if seed % 3 == 0 {
            order.void(&app).await;
            settles(&app, &order, PaymentStatus::Voided).await;
        } else {
            order.capture(&app).await;
            settles(&app, &order, PaymentStatus::Captured).await;
        }
        if seed % 3 == 2 {
            order.refund(&app).await;
            settles(&app, &order, PaymentStatus::Refunded).await;
        }
        orders.push(order);
    }
    // Whatever came late or twice has come by now, and has changed nothing.
    eventually("every event is worked off", async || {
        let open = "SELECT count(*) AS number FROM provider_notices WHERE state = 'waiting'";
        (app.database().number(open).await == 0).then_some(())
    })
    .await;
    for order in &orders {
        agrees(&app, &double, order).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_lives_with_stripe_at_its_worst_leave_both_books_alike() {
    lives(Dialect::Stripe).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_lives_with_paypal_at_its_worst_leave_both_books_alike() {
    lives(Dialect::PayPal).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_books_are_read_and_nothing_is_missing_on_either_side() {
    for dialect in [Dialect::Stripe, Dialect::PayPal] {
        let double = ProviderDouble::start(dialect).await;
        let app = double.shop(SERVICE, &[("RECONCILIATION_INTERVAL_MS", "200")]).await;
        let paid = capture(&app, dialect).await;
        paid.refund(&app).await;
        settles(&app, &paid, PaymentStatus::Refunded).await;
        let given_up = authorize(&app, dialect).await;
        given_up.void(&app).await;
        settles(&app, &given_up, PaymentStatus::Voided).await;
        // Past the lag of the books, and past what may still be under way.
        app.clock.advance(TimeDelta::hours(4));
        eventually("the books are copied", async || {
            let lines = "SELECT count(*) AS number FROM provider_books";
            (app.database().number(lines).await == 5).then_some(())
        })
        .await;
        let ran = "SELECT extract(epoch FROM max(ran_at))::bigint AS number FROM reconciliations";
        let copied = app.database().number(ran).await;
        app.clock.advance(TimeDelta::hours(1));
        eventually("it has compared", async || (app.database().number(ran).await > copied).then_some(()))
            .await;
        let differences = "SELECT count(*) AS number FROM differences";
        assert_eq!(app.database().number(differences).await, 0, "{dialect:?}");
    }
}
