//! What comes back, and what goes in beside the body.

use contracts::Role;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::shop::{Shop, read_head};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_passes_through_with_the_headers_of_the_door() {
    let shop = Shop::open().await;
    let product = ResponseTemplate::new(201)
        .set_body_json(json!({ "id": 1 }))
        .insert_header("location", "/api/v1/products/1")
        .insert_header("server", "secret/1.0")
        .insert_header("keep-alive", "timeout=5")
        .insert_header("etag", "\"1\"");
    shop.answers(Role::Catalog, product).await;

    let answer = shop.app.post("/api/v1/products").by(&testkit::seller()).json(&json!({})).send().await;
    assert_eq!(answer.text(), r#"201 Created {"id":1}"#);
    let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("location"), Some("/api/v1/products/1"));
    assert_eq!((header("etag"), header("content-type")), (Some("\"1\""), Some("application/json")));
    assert_eq!((header("server"), header("keep-alive")), (None, None));
    assert!(header("content-security-policy").unwrap().starts_with("default-src 'self'; "));
    assert!(header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(
        (header("x-content-type-options"), header("x-frame-options")),
        (Some("nosniff"), Some("DENY"))
    );
    assert_eq!(header("referrer-policy"), Some("same-origin"));
    let seen = shop.seen(Role::Catalog).await.pop().unwrap();
    assert_eq!(header("x-request-id"), Some(seen.headers["x-request-id"].to_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_services_pass_unchanged_and_so_does_what_the_door_says_itself() {
    let shop = Shop::open().await;
    let body = json!({ "type": "t", "title": "Taken", "status": 409, "code": "sku-taken" });
    let problem = ResponseTemplate::new(409).set_body_raw(body.to_string(), "application/problem+json");
    shop.answers(Role::Catalog, problem).await;
    let theirs = shop.app.post("/api/v1/products").by(&testkit::seller()).send().await;
    assert_eq!(theirs.problem(409), "sku-taken");
    assert_eq!(theirs.body, body.to_string().as_bytes());
    let ours = shop.app.get("/api/v1/nothing").send().await;
    assert_eq!(ours.problem(404), "not-found");
    for answer in [theirs, ours] {
        assert!(
            answer.headers.contains_key("x-request-id") && answer.headers.contains_key("x-frame-options")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_learns_who_asks_and_through_whom() {
    let shop = Shop::open().await;
    let customer = testkit::customer();
    let ask = shop.app.post("/api/v1/orders").by(&customer).idempotency_key("k-1").json(&json!({ "a": 1 }));
    ask.header("x-forwarded-for", "198.51.100.9").header("x-request-id", "mine").send().await;
    let seen = shop.seen(Role::Orders).await.pop().unwrap();
    let header = |name: &str| seen.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert!(header("authorization").unwrap().starts_with("Bearer "));
    assert_eq!(header("idempotency-key").as_deref(), Some("k-1"));
    assert_eq!(header("x-forwarded-for").as_deref(), Some("198.51.100.9, 127.0.0.1"));
    assert_eq!(header("x-forwarded-proto").as_deref(), Some("http"));
    assert!(shop.app.url("/").contains(&header("x-forwarded-host").unwrap()));
    assert_ne!(header("x-request-id").as_deref(), Some("mine"));
    assert_eq!(seen.body, br#"{"a":1}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_the_clients_to_follow() {
    let shop = Shop::open().await;
    let moved = ResponseTemplate::new(303).insert_header("location", "/login");
    shop.answers(Role::Storefront, moved).await;
    let answer = shop.app.get("/cart").send().await;
    assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/login"));
    assert_eq!(shop.seen(Role::Storefront).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_the_length_and_sends_nothing() {
    let shop = Shop::open().await;
    let get = shop.app.get("/").send().await;
    let head = shop.app.request(reqwest::Method::HEAD, "/").send().await;
    assert_eq!(head.status, 200);
    assert_eq!(get.headers["content-length"], "10");
    assert_eq!(head.headers["content-length"], "10");
    assert!(head.body.is_empty());
    assert_eq!(shop.seen(Role::Storefront).await.pop().unwrap().method.as_str(), "HEAD");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_passed_on_as_it_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shop = Shop::open_with(&[("STOREFRONT_URL", &url)]).await;
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        let first = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
        stream.write_all(first).await.unwrap();
        stream
    };
    let asking = reqwest::get(shop.app.url("/"));
    let (mut stream, answer) = tokio::join!(serving, asking);
    let mut answer = answer.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "first", "before the rest exists");
    stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "last");
}
