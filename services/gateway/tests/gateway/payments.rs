//! `POST /api/v1/payments`: from HTTP over MQTT into payments' queue.

use contracts::api::payments::test_tokens::APPROVED;
use contracts::messages::gateway::PaymentSubmitted;
use contracts::{Envelope, Role};
use kernel::{OrderId, UserId};
use serde_json::{Value, json};
use testkit::{Response, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header_exists, path};
use wiremock::{Mock, ResponseTemplate};

use crate::shop::Shop;

type User = (UserId, Vec<contracts::api::users::UserRole>);

/// As orders shows it to its customer, and to anyone else as 404.
async fn given_order(shop: &Shop, status: &str) -> OrderId {
    let id = OrderId::new();
    let amount = json!({ "amount_minor": 1990, "currency": "EUR" });
    let order = json!({
        "id": id, "status": status, "reason": null, "lines": [], "total": amount,
        "created_at": "2030-01-01T00:00:00Z", "cancellable_until": null,
    });
    Mock::given(path(format!("/api/v1/orders/{id}")))
        .and(header_exists("authorization"))
        .respond_with(ResponseTemplate::new(200).set_body_json(order))
        .mount(shop.upstream(Role::Orders))
        .await;
    id
}

async fn pay(shop: &Shop, customer: &User, order: OrderId, key: &str, token: &str) -> Response {
    let body = json!({ "order_id": order, "payment_token": token });
    shop.app.post("/api/v1/payments").by(customer).idempotency_key(key).json(&body).send().await
}

async fn received(shop: &Shop) -> Envelope<Value> {
    let body = eventually("the message is in payments' queue", async || {
        shop.app.broker.received(Role::Payments).await
    })
    .await;
    Envelope::decode(&body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_payment_is_in_the_queue_of_payments() {
    let shop = Shop::open().await;
    let customer = testkit::customer();
    for status in ["awaiting_payment", "pending"] {
        let order = given_order(&shop, status).await;
        let answer = pay(&shop, &customer, order, "k-1", APPROVED).await;
        assert_eq!(answer.expect::<Value>(202), json!({ "order_id": order }));
        assert_eq!(answer.headers["location"], format!("/api/v1/orders/{order}").as_str());

        // At once, not in the end: it was acknowledged before we were answered.
        let body = shop.app.broker.received(Role::Payments).await.unwrap();
        let envelope = Envelope::decode(&body).unwrap();
        assert_eq!(
            (envelope.kind.as_str(), envelope.source.as_str()),
            ("payment.submitted.v1", "/shop/gateway")
        );
        assert_eq!(
            (envelope.subject.clone(), envelope.correlationid.clone()),
            (order.to_string(), Some(order.to_string()))
        );
        let submitted: PaymentSubmitted = envelope.data_as().unwrap();
        let expected =
            PaymentSubmitted { order_id: order, customer_id: customer.0, payment_token: APPROVED.to_owned() };
        assert_eq!(submitted, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_the_same_message_and_another_wish_is_another() {
    let shop = Shop::open().await;
    let (customer, other) = (testkit::customer(), testkit::customer());
    let order = given_order(&shop, "awaiting_payment").await;
    let mut ids = Vec::new();
    for (who, key) in [(&customer, "k-1"), (&customer, "k-1"), (&customer, "k-2"), (&other, "k-1")] {
        assert_eq!(pay(&shop, who, order, key, APPROVED).await.status, 202);
        ids.push(received(&shop).await.id);
    }
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0] != ids[2] && ids[0] != ids[3] && ids[2] != ids[3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_paid_is_not_sent() {
    let shop = Shop::open().await;
    let customer = testkit::customer();
    for status in ["authorized", "confirmed", "unwinding", "rejected", "cancelled"] {
        let order = given_order(&shop, status).await;
        let answer = pay(&shop, &customer, order, "k", APPROVED).await;
        assert_eq!(answer.problem(409), "not-payable", "{status}");
    }
    let unknown = ResponseTemplate::new(404).set_body_raw("{}", "application/problem+json");
    shop.answers(Role::Orders, unknown).await;
    assert_eq!(pay(&shop, &customer, OrderId::new(), "k", APPROVED).await.problem(404), "not-found");
    assert!(shop.app.broker.received(Role::Payments).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_else_answers_at_the_address_of_orders_is_not_believed() {
    let shop = Shop::open().await;
    shop.answers(Role::Orders, ResponseTemplate::new(404)).await;
    let answer = pay(&shop, &testkit::customer(), OrderId::new(), "k", APPROVED).await;
    assert_eq!(answer.problem(503), "upstream-unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_number_gets_no_further_and_is_not_repeated() {
    let shop = Shop::open().await;
    let order = given_order(&shop, "awaiting_payment").await;
    for number in ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"] {
        let answer = pay(&shop, &testkit::customer(), order, "k", number).await;
        assert_eq!(answer.problem(422), "card-number-refused");
        assert!(!answer.text().contains("1111"));
    }
    assert!(shop.seen(Role::Orders).await.is_empty());
    assert!(shop.app.broker.received(Role::Payments).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_payments_are_refused_each_for_its_own_reason() {
    let shop = Shop::open().await;
    let customer = testkit::customer();
    let order = given_order(&shop, "awaiting_payment").await;
    for token in ["", "tok approved", &"a".repeat(101), "tök"] {
        assert_eq!(pay(&shop, &customer, order, "k", token).await.problem(422), "invalid-body", "{token}");
    }
    let post = || shop.app.post("/api/v1/payments").by(&customer);
    let good = json!({ "order_id": order, "payment_token": APPROVED });
    assert_eq!(post().json(&good).send().await.problem(400), "idempotency-key-missing");
    let keyed = || post().idempotency_key("k");
    assert_eq!(keyed().body("application/json", "{").send().await.problem(400), "malformed-body");
    assert_eq!(keyed().json(&json!({ "order_id": 1 })).send().await.problem(422), "invalid-body");
    assert_eq!(keyed().body("text/plain", "{}").send().await.problem(415), "unsupported-media-type");
    assert!(shop.app.broker.received(Role::Payments).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_orders_can_not_be_asked_nothing_is_sent() {
    let shop = Shop::open().await;
    shop.answers(Role::Orders, ResponseTemplate::new(500)).await;
    let answer = pay(&shop, &testkit::customer(), OrderId::new(), "k", APPROVED).await;
    assert_eq!(answer.problem(503), "upstream-unavailable");
    assert!(shop.app.broker.received(Role::Payments).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_broker_a_payment_is_refused_at_once_and_accepted_when_it_is_back() {
    let shop = Shop::open().await;
    let customer = testkit::customer();
    let order = given_order(&shop, "awaiting_payment").await;
    shop.app.broker.shut_out(Role::Gateway).await;
    let refused = eventually("the gateway has lost the broker", async || {
        let answer = pay(&shop, &customer, order, "k-1", APPROVED).await;
        (answer.status != 202).then_some(answer)
    })
    .await;
    assert_eq!(refused.problem(503), "payment-not-accepted");
    assert_eq!(refused.headers["retry-after"], "1");
    let started = std::time::Instant::now();
    assert_eq!(pay(&shop, &customer, order, "k-1", APPROVED).await.problem(503), "payment-not-accepted");
    assert!(started.elapsed().as_secs() < 2, "nobody waits for a connection");

    shop.app.broker.let_in().await;
    eventually("the gateway has the broker again", async || {
        (pay(&shop, &customer, order, "k-1", APPROVED).await.status == 202).then_some(())
    })
    .await;
    received(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_broker_does_not_acknowledge_is_not_accepted() {
    // A broker that takes everything and never says so.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("mqtt://user:password@{}", listener.local_addr().unwrap());
    let swallowing = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 1024];
        assert!(stream.read(&mut buffer).await.unwrap() > 0);
        stream.write_all(&[0x20, 2, 0, 0]).await.unwrap();
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    };
    let paying = async {
        let shop = Shop::open_with(&[("MQTT_URL", &url)]).await;
        let order = given_order(&shop, "awaiting_payment").await;
        let answer = pay(&shop, &testkit::customer(), order, "k", APPROVED).await;
        assert_eq!(answer.problem(503), "payment-not-accepted");
    };
    tokio::select! {
        () = paying => {}
        () = swallowing => panic!("the gateway hung up"),
    }
}
