//! Saved means of payment: each customer's own, by the provider's token and never by a number.

use contracts::api::payments::test_tokens::{APPROVED, DECLINED};
use contracts::api::payments::{NewPaymentMethod, PaymentMethodView, PaymentStatus};
use contracts::api::users::UserRole;
use kernel::UserId;
use payments::SERVICE;
use testkit::TestApp;
use testkit::provider::{Dialect, Fault, ProviderDouble, Step};

use crate::shop::Order;

const PATH: &str = "/api/v1/payment-methods";

type Customer = (UserId, Vec<UserRole>);

async fn save(app: &TestApp, customer: &Customer, token: &str) -> testkit::Response {
    let new = NewPaymentMethod { payment_token: token.to_owned() };
    app.post(PATH).by(customer).json(&new).send().await
}

async fn listed(app: &TestApp, customer: &Customer) -> Vec<PaymentMethodView> {
    app.get(PATH).by(customer).send().await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_saved_once_and_pays_only_for_its_owner() {
    let app = TestApp::start(SERVICE).await;
    let order = Order::new();
    let answer = save(&app, &order.customer, APPROVED).await;
    let card: PaymentMethodView = answer.expect(201);
    assert_eq!(answer.headers["location"], format!("{PATH}/{}", card.id).as_str());
    assert_eq!((card.brand.as_str(), card.last4.as_deref()), ("visa", Some("4242")));
    assert!(!answer.text().contains(APPROVED), "the provider's token stays inside");
    assert_eq!(save(&app, &order.customer, APPROVED).await.expect::<PaymentMethodView>(200), card);
    assert_eq!(listed(&app, &order.customer).await, std::slice::from_ref(&card));

    order.authorize(&app).await;
    order.submit(&app, &card.id.to_string()).await;
    order.becomes(&app, PaymentStatus::Authorized).await;

    let thief = Order::new();
    thief.authorize(&app).await;
    thief.submit(&app, &card.id.to_string()).await;
    thief.becomes(&app, PaymentStatus::Failed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_removes_what_is_someone_elses() {
    let app = TestApp::start(SERVICE).await;
    let (owner, stranger) = (testkit::customer(), testkit::customer());
    let card: PaymentMethodView = save(&app, &owner, APPROVED).await.expect(201);
    assert_eq!(listed(&app, &stranger).await, []);
    let path = format!("{PATH}/{}", card.id);
    assert_eq!(app.delete(&path).by(&stranger).send().await.problem(404), "not-found");
    assert_eq!(listed(&app, &owner).await, [card]);
    assert_eq!(app.delete(&path).by(&owner).send().await.status, 204);
    assert_eq!(listed(&app, &owner).await, []);
    assert_eq!(app.delete(&path).by(&owner).send().await.problem(404), "not-found");
    for ask in [app.get(PATH), app.post(PATH), app.delete(&path)] {
        assert_eq!(ask.send().await.problem(401), "unauthenticated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_and_a_refused_card_are_not_saved() {
    let app = TestApp::start(SERVICE).await;
    let customer = testkit::customer();
    let refused = [
        ("4111 1111 1111 1111", "card-number-refused"),
        (DECLINED, "payment-method-refused"),
        ("", "invalid-body"),
        ("tok nothing", "invalid-body"),
    ];
    for (token, code) in refused {
        assert_eq!(save(&app, &customer, token).await.problem(422), code, "{token}");
    }
    let wrong = app.post(PATH).by(&customer).json(&serde_json::json!({ "number": "4111111111111111" }));
    assert_eq!(wrong.send().await.problem(422), "invalid-body");
    assert_eq!(listed(&app, &customer).await, []);
}

async fn with_a_real_provider(dialect: Dialect, token: &str, refused: &str) {
    let double = ProviderDouble::start(dialect).await;
    let app = double.shop(SERVICE, &[("PROVIDER_TIMEOUT_MS", "300")]).await;
    let order = Order::new();
    double.fault(Step::Save, Fault::AnswerLost);
    assert_eq!(save(&app, &order.customer, token).await.problem(503), "unavailable");
    let card: PaymentMethodView = save(&app, &order.customer, token).await.expect(201);
    assert_eq!((card.brand.as_str(), card.last4.as_deref()), ("visa", Some("4242")));
    assert_eq!(card.expiry.map(|expiry| (expiry.month, expiry.year)), Some((11, 2031)));
    assert_eq!(double.books().saved.len(), 1, "also after a lost answer");
    assert_eq!(save(&app, &order.customer, refused).await.problem(422), "payment-method-refused");

    order.authorize(&app).await;
    order.submit(&app, &card.id.to_string()).await;
    order.becomes(&app, PaymentStatus::Authorized).await;
    assert_eq!(double.books().held(order.id), 1);

    let path = format!("{PATH}/{}", card.id);
    double.fault(Step::Save, Fault::NeverArrived);
    assert_eq!(app.delete(&path).by(&order.customer).send().await.problem(503), "unavailable");
    assert_eq!(listed(&app, &order.customer).await.len(), 1, "as long as the provider has it, so have we");
    assert_eq!(app.delete(&path).by(&order.customer).send().await.status, 204);
    assert!(double.books().saved.is_empty() && listed(&app, &order.customer).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn stripe_keeps_a_card_by_a_setup_intent() {
    with_a_real_provider(Dialect::Stripe, "pm_card_visa", "pm_card_declined").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paypal_keeps_a_card_in_its_vault() {
    with_a_real_provider(Dialect::PayPal, "setup-visa", "declined").await;
}
