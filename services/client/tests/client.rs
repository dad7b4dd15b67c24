//! The client against a shop that restarts and tokens that run out.

use std::time::Duration;

use contracts::api::users::{SessionView, UserView};
use kernel::UserId;
use shop_client::Shop;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn shop() -> (MockServer, Shop) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let server = MockServer::start().await;
    let address = format!("http://shop.localhost:{}", server.address().port()).parse();
    (server, Shop::at(address.expect("an origin"), Duration::from_secs(5)))
}

fn problem(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(r#"{{"type":"t","title":"t","status":{status},"code":"{code}"}}"#);
    ResponseTemplate::new(status).set_body_raw(body, "application/problem+json")
}

fn page() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(serde_json::json!({"data": [], "next": null}))
}

async fn given_sessions_with(server: &MockServer, tokens: &[&str]) {
    let user = UserView { id: UserId::new(), email: "a@b.example".into(), name: "A".into(), roles: vec![] };
    for token in tokens {
        let session = SessionView {
            access_token: (*token).to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in: 300,
            user: user.clone(),
        };
        let log_in = Mock::given(method("POST")).and(path("/api/v1/sessions"));
        log_in
            .respond_with(ResponseTemplate::new(201).set_body_json(session))
            .up_to_n_times(1)
            .mount(server)
            .await;
    }
}

#[tokio::test]
async fn a_shop_that_restarts_is_asked_again() {
    let (server, shop) = shop().await;
    for answer in [ResponseTemplate::new(502), problem(503, "unavailable"), ResponseTemplate::new(404)] {
        Mock::given(path("/api/v1/products")).respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    Mock::given(path("/api/v1/products")).respond_with(page()).mount(&server).await;

    let products = shop.products(10, None).await.expect("the fourth answer is good");

    assert!(products.data.is_empty());
    assert_eq!(server.received_requests().await.expect("recorded").len(), 4);
}

#[tokio::test]
async fn a_refusal_is_told_at_once_with_its_code() {
    let (server, shop) = shop().await;
    Mock::given(path("/api/v1/products"))
        .respond_with(problem(404, "not-found"))
        .expect(1)
        .mount(&server)
        .await;

    let error = shop.products(10, None).await.expect_err("it is refused");

    assert_eq!((error.code(), error.status().map(|status| status.as_u16())), (Some("not-found"), Some(404)));
}

#[tokio::test]
async fn patience_ends() {
    let (server, shop) = shop().await;
    Mock::given(path("/api/v1/products")).respond_with(ResponseTemplate::new(502)).mount(&server).await;
    assert!(shop.with_patience(Duration::from_millis(300)).products(10, None).await.is_err());
}

#[tokio::test]
async fn an_expired_token_is_replaced() {
    let (server, shop) = shop().await;
    given_sessions_with(&server, &["old", "new"]).await;
    let orders = || Mock::given(path("/api/v1/orders"));
    orders()
        .and(header("authorization", "Bearer old"))
        .respond_with(problem(401, "unauthenticated"))
        .mount(&server)
        .await;
    orders().and(header("authorization", "Bearer new")).respond_with(page()).mount(&server).await;
    let person = shop.log_in("a@b.example", "password").await.expect("the first token");

    person.orders(10, None).await.expect("the second token is good");

    assert_eq!(person.token(), "new");
}
