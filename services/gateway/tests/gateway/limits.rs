//! How much may come in.

use contracts::Role;
use futures::stream;
use platform::http::BODY_LIMIT;
use reqwest::Body;

use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let shop = Shop::open().await;
    let register = |size| shop.app.post("/api/v1/users").body("text/plain", vec![b'a'; size]).send();
    assert_eq!(register(BODY_LIMIT).await.status, 200);
    assert_eq!(shop.seen(Role::Users).await[0].body.len(), BODY_LIMIT);
    assert_eq!(register(BODY_LIMIT + 1).await.problem(413), "body-too-large");
    assert_eq!(shop.seen(Role::Users).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_undeclared_length_ends_at_the_limit_too() {
    let shop = Shop::open().await;
    let chunked = |chunks: usize| {
        let chunks = (0..chunks).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 1024]));
        let body = Body::wrap_stream(stream::iter(chunks.collect::<Vec<_>>()));
        shop.app.post("/api/v1/users").body("text/plain", body).send()
    };
    assert_eq!(chunked(64).await.status, 200);
    assert_eq!(chunked(65).await.problem(413), "body-too-large");
    assert_eq!(shop.seen(Role::Users).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_too_large_is_refused() {
    let shop = Shop::open().await;
    let large = format!(r#"{{"payment_token":"{}"}}"#, "a".repeat(BODY_LIMIT));
    let ask = shop.app.post("/api/v1/payments").by(&testkit::customer()).idempotency_key("k");
    assert_eq!(ask.body("application/json", large).send().await.problem(413), "body-too-large");
}
