//! Sellers' own systems: what they tell, and what they are told.

use chrono::TimeDelta;
use contracts::api::erp::{
    DeliveryStatus, DeliveryView, ErpConnectionCreated, ErpConnectionView, StockAnnouncement,
};
use contracts::api::{Page, ProblemBody};
use kernel::{Clock, Sku};
use platform::webhook::{self, WebhookSecret};
use serde_json::{Value, json};
use testkit::{Response, TestApp, eventually, seller};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::warehouse::{Person, count, publish};

const ALLOWED: [(&str, &str); 1] = [("ALLOW_PRIVATE_ADDRESSES", "true")];

async fn start() -> (TestApp, Person, Sku) {
    let app = TestApp::start_with(inventory::SERVICE, &ALLOWED).await;
    let seller = seller();
    let sku = publish(&app, &seller, "CHAIR-1", 10).await;
    (app, seller, sku)
}

async fn connect(app: &TestApp, seller: &Person, url: Option<&str>) -> ErpConnectionCreated {
    let body = json!({ "name": "the warehouse", "url": url });
    app.post("/api/v1/erp-connections").by(seller).json(&body).send().await.expect(201)
}

struct Message<'a> {
    connection: &'a ErpConnectionCreated,
    id: &'a str,
    body: String,
}

impl Message<'_> {
    async fn send(&self, app: &TestApp, secret: &str, age: TimeDelta) -> Response {
        let at = app.clock.now() - age;
        let secret = WebhookSecret::parse(secret).expect("a secret");
        let signature = webhook::signatures(&[secret], self.id, at, self.body.as_bytes());
        app.post(&self.connection.connection.inbound)
            .header(webhook::ID, self.id)
            .header(webhook::TIMESTAMP, &at.timestamp().to_string())
            .header(webhook::SIGNATURE, &signature)
            .body("application/json", self.body.clone())
            .send()
            .await
    }

    async fn send_well(&self, app: &TestApp) -> Response {
        self.send(app, &self.connection.secret, TimeDelta::zero()).await
    }
}

async fn on_hand(app: &TestApp, seller: &Person, sku: &Sku) -> i64 {
    app.get(&format!("/api/v1/stock/{sku}")).by(seller).send().await.expect::<Value>(200)["on_hand"]
        .as_i64()
        .expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_message_sets_and_changes_levels_once_however_often_it_comes() {
    let (app, seller, sku) = start().await;
    let connection = connect(&app, &seller, None).await;
    let body = json!({ "items": [{ "sku": sku, "delta": -3 }] }).to_string();
    let message = Message { connection: &connection, id: "msg_1", body };
    for _ in 0..3 {
        assert_eq!(message.send_well(&app).await.status, 204);
    }
    assert_eq!(on_hand(&app, &seller, &sku).await, 7);

    let body =
        json!({ "items": [{ "sku": sku, "on_hand": 40 }, { "sku": sku, "region": "north", "on_hand": 2 }] });
    let count = Message { connection: &connection, id: "msg_2", body: body.to_string() };
    assert_eq!(count.send_well(&app).await.status, 204);
    assert_eq!(on_hand(&app, &seller, &sku).await, 42);
    let by = "SELECT count(*) AS number FROM movements WHERE actor = 'erp:the warehouse'";
    assert_eq!(app.database().number(by).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_old_and_foreign_messages_change_nothing() {
    let (app, seller, sku) = start().await;
    let connection = connect(&app, &seller, None).await;
    let body = json!({ "items": [{ "sku": sku, "on_hand": 1 }] }).to_string();
    let message = Message { connection: &connection, id: "msg_1", body: body.clone() };

    let forged = message.send(&app, &WebhookSecret::generate().reveal(), TimeDelta::zero()).await;
    assert_eq!(forged.problem(401), "webhook-signature-invalid");
    let recorded = message.send(&app, &connection.secret, TimeDelta::minutes(6)).await;
    assert_eq!(recorded.problem(400), "webhook-too-old");
    let unsigned =
        app.post(&connection.connection.inbound).body("application/json", body.clone()).send().await;
    assert_eq!(unsigned.problem(400), "webhook-headers-invalid");

    let stranger = connect(&app, &testkit::seller(), None).await;
    let foreign = Message { connection: &stranger, id: "msg_1", body }.send_well(&app).await;
    assert_eq!(foreign.problem(422), "invalid-body");
    assert_eq!(on_hand(&app, &seller, &sku).await, 10);
    assert_eq!(app.database().number("SELECT count(*) AS number FROM erp_received").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_item_and_nothing_of_the_message_is_taken() {
    let (app, seller, sku) = start().await;
    let connection = connect(&app, &seller, None).await;
    for (item, field) in [
        (json!({ "sku": "NOBODY-1", "on_hand": 1 }), "items[1].sku"),
        (json!({ "sku": sku, "on_hand": -1 }), "items[1].on_hand"),
        (json!({ "sku": sku, "delta": -4_000_000_000_i64 }), "items[1].delta"),
        (json!({ "sku": sku }), "items[1]"),
        (json!({ "sku": sku, "delta": 1, "on_hand": 1 }), "items[1]"),
    ] {
        let body = json!({ "items": [{ "sku": sku, "on_hand": 99 }, item] }).to_string();
        let answer = Message { connection: &connection, id: "msg_1", body }.send_well(&app).await;
        assert_eq!(answer.problem(422), "invalid-body");
        assert_eq!(answer.expect::<ProblemBody>(422).errors[0].field, field);
    }
    for (body, status, code) in [
        ("{", 400, "malformed-body"),
        ("{\"items\": [{\"sku\": \"lower\", \"on_hand\": 1}]}", 422, "invalid-body"),
        ("{\"items\": []}", 422, "invalid-body"),
    ] {
        let message = Message { connection: &connection, id: "msg_1", body: body.to_owned() };
        assert_eq!(message.send_well(&app).await.problem(status), code, "{body}");
    }
    assert_eq!(on_hand(&app, &seller, &sku).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_signs_at_once_and_the_one_before_for_a_day() {
    let (app, seller, sku) = start().await;
    let connection = connect(&app, &seller, None).await;
    let path = format!("/api/v1/erp-connections/{}/secrets", connection.connection.id);
    let changed: ErpConnectionCreated = app.post(&path).by(&seller).send().await.expect(201);
    assert_ne!(changed.secret, connection.secret);

    let message = |id| Message {
        connection: &connection,
        id,
        body: json!({ "items": [{ "sku": sku, "delta": 1 }] }).to_string(),
    };
    assert_eq!(message("msg_1").send(&app, &changed.secret, TimeDelta::zero()).await.status, 204);
    assert_eq!(message("msg_2").send(&app, &connection.secret, TimeDelta::zero()).await.status, 204);
    app.clock.advance(TimeDelta::hours(25));
    let late = message("msg_3").send(&app, &connection.secret, TimeDelta::zero()).await;
    assert_eq!(late.problem(401), "webhook-signature-invalid");
}

/// What arrived at the seller's system, verified as its makers would.
async fn arrived(server: &MockServer, secret: &str, clock: &Clock) -> Vec<(String, Value)> {
    let secret = WebhookSecret::parse(secret).expect("a secret");
    let requests = server.received_requests().await.expect("requests are recorded");
    let read = |request: &wiremock::Request| {
        let header = |name: &str| request.headers[name].to_str().expect("plain text").to_owned();
        let (id, signature) = (header(webhook::ID), header(webhook::SIGNATURE));
        let seconds: i64 = header(webhook::TIMESTAMP).parse().expect("seconds");
        let at = clock.now() - TimeDelta::seconds(clock.now().timestamp() - seconds);
        assert_eq!(signature, webhook::signatures(std::slice::from_ref(&secret), &id, at, &request.body));
        (id, serde_json::from_slice(&request.body).expect("JSON"))
    };
    requests.iter().map(read).collect()
}

async fn log(app: &TestApp, seller: &Person, connection: &ErpConnectionCreated) -> Vec<DeliveryView> {
    let path = format!("/api/v1/erp-connections/{}/deliveries", connection.connection.id);
    app.get(&path).by(seller).send().await.expect::<Page<DeliveryView>>(200).data
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_is_told_the_newest_level_of_each_sku_signed_and_once_by_however_many_replicas() {
    let (mut app, seller, sku) = start().await;
    app.start_replica().await;
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let connection = connect(&app, &seller, Some(&server.uri())).await;

    let first = eventually("the level is told", async || {
        arrived(&server, &connection.secret, &app.clock).await.into_iter().next()
    })
    .await;
    assert_eq!(first.1["type"], "stock.level-changed");
    let said: StockAnnouncement = serde_json::from_value(first.1["data"].clone()).unwrap();
    assert_eq!((said.sku, said.on_hand, said.available, said.low), (sku.clone(), 10, 10, false));

    count(&app, &seller, &sku, 4).await;
    eventually("the change is told", async || {
        let all = arrived(&server, &connection.secret, &app.clock).await;
        all.iter().any(|(_, body)| body["data"]["on_hand"] == 4).then_some(())
    })
    .await;
    let told = log(&app, &seller, &connection).await;
    assert!(told.iter().all(|delivery| delivery.status == DeliveryStatus::Delivered), "{told:?}");
    assert_eq!(arrived(&server, &connection.secret, &app.clock).await.len(), told.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_delivery_is_tried_again_under_its_id_then_given_up_and_replayed_by_hand() {
    let (app, seller, _) = start().await;
    let server = MockServer::start().await;
    let broken =
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).mount_as_scoped(&server).await;
    let connection = connect(&app, &seller, Some(&server.uri())).await;
    let mut failed = None;
    for attempts in 1..=8 {
        failed = eventually(&format!("attempt {attempts} has failed"), async || {
            let delivery = log(&app, &seller, &connection).await.into_iter().next()?;
            // To the next attempt and no further: what is over is forgotten after a month. A pause of the address ends too.
            if let Some(next) = delivery.next_attempt_at.filter(|next| *next > app.clock.now()) {
                app.clock.advance(next - app.clock.now() + TimeDelta::hours(1));
            }
            let over = if attempts == 8 {
                delivery.status == DeliveryStatus::Failed
            } else {
                delivery.attempts >= attempts
            };
            over.then_some(Some(delivery))
        })
        .await;
    }
    let failed = failed.expect("there were attempts");
    assert_eq!((failed.attempts, failed.answer), (8, Some(503)));
    let tried = arrived(&server, &connection.secret, &app.clock).await;
    assert!(tried.iter().all(|(id, _)| *id == failed.id.to_string()), "{tried:?}");

    drop(broken);
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let id = connection.connection.id;
    let path = format!("/api/v1/erp-connections/{id}/deliveries/{}/replays", failed.id);
    assert_eq!(app.post(&path).by(&testkit::seller()).send().await.problem(404), "not-found");
    app.post(&path).by(&seller).send().await.expect::<DeliveryView>(202);
    app.clock.advance(TimeDelta::hours(2));
    eventually("it is delivered", async || {
        let found = log(&app, &seller, &connection).await;
        found.first().is_some_and(|delivery| delivery.status == DeliveryStatus::Delivered).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_inside_the_cluster_are_refused_and_connections_are_their_sellers_own() {
    let app = TestApp::start(inventory::SERVICE).await;
    let seller = seller();
    for url in ["http://erp.example.com", "https://127.0.0.1/", "https://10.0.0.1/", "hook"] {
        let body = json!({ "name": "x", "url": url });
        let answer = app.post("/api/v1/erp-connections").by(&seller).json(&body).send().await;
        assert_eq!(answer.expect::<ProblemBody>(422).errors[0].field, "url", "{url}");
    }
    let connection = connect(&app, &seller, Some("https://erp.example.com/hook")).await;
    let body = json!({ "name": "the warehouse" });
    let twin = app.post("/api/v1/erp-connections").by(&seller).json(&body).send().await;
    assert_eq!(twin.problem(409), "name-taken");

    let path = format!("/api/v1/erp-connections/{}", connection.connection.id);
    let stranger = testkit::seller();
    assert_eq!(app.delete(&path).by(&stranger).send().await.problem(404), "not-found");
    assert_eq!(app.post(&format!("{path}/pings")).by(&stranger).send().await.problem(404), "not-found");
    assert_eq!(app.post(&format!("{path}/secrets")).by(&stranger).send().await.problem(404), "not-found");
    assert!(log(&app, &stranger, &connection).await.is_empty());
    assert_eq!(
        app.get("/api/v1/erp-connections").by(&testkit::customer()).send().await.problem(403),
        "forbidden"
    );

    let mine: Vec<ErpConnectionView> =
        app.get("/api/v1/erp-connections").by(&seller).send().await.expect(200);
    assert_eq!(mine, [connection.connection]);
    assert_eq!(app.delete(&path).by(&seller).send().await.status, 204);
}
