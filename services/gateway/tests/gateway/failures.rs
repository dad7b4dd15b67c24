//! Services that are away, break off or take too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contracts::Role;
use reqwest::Method;
use testkit::refusing;
use tokio::net::{TcpListener, TcpSocket};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::shop::{Shop, read_head};

async fn listening(socket: TcpSocket) -> MockServer {
    MockServer::builder().listener(socket.listen(64).unwrap().into_std().unwrap()).start().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_is_a_problem_that_says_when_to_come_back() {
    let (_socket, nowhere) = refusing();
    let shop = Shop::open_with(&[("USERS_URL", &format!("http://{nowhere}"))]).await;
    for method in [Method::GET, Method::POST] {
        let path = if method == Method::GET { "/.well-known/jwks.json" } else { "/api/v1/users" };
        let answer = shop.app.request(method, path).send().await;
        assert_eq!(answer.problem(503), "upstream-unavailable");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    assert_eq!(shop.app.get("/").send().await.status, 200, "the others answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_just_coming_up_is_waited_for_whatever_the_method() {
    let (socket, address) = refusing();
    let shop = Shop::open_with(&[("ORDERS_URL", &format!("http://{address}"))]).await;
    let customer = testkit::customer();
    let asking = shop.app.post("/api/v1/carts").by(&customer).send();
    let starting = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        let server = listening(socket).await;
        let created = Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(201));
        created.mount(&server).await;
        server
    };
    let (answer, server) = tokio::join!(asking, starting);
    assert_eq!(answer.status, 201);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_left_alone_because_it_never_answered_is_asked_again_after_a_while() {
    let (socket, address) = refusing();
    let shop = Shop::open_with(&[("CATALOG_URL", &format!("http://{address}"))]).await;
    let ask = async || shop.app.get("/api/v1/products").send().await;
    for _ in 0..5 {
        assert_eq!(ask().await.problem(503), "upstream-unavailable");
    }
    let server = listening(socket).await;
    Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    testkit::eventually("it is asked again", async || (ask().await.status == 200).then_some(())).await;
    assert_eq!(ask().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_is_asked_again_only_where_asking_changes_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shop = Shop::open_with(&[("ORDERS_URL", &url)]).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let breaking = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
            count.fetch_add(1, Ordering::SeqCst);
        }
    };
    let asking = async {
        let customer = testkit::customer();
        let post = shop.app.post("/api/v1/carts").by(&customer).send().await;
        assert_eq!(post.problem(502), "upstream-unavailable");
        assert_eq!(post.headers["retry-after"], "1");
        assert_eq!(asked.swap(0, Ordering::SeqCst), 1, "it may have been done");
        let get = shop.app.get("/api/v1/orders").by(&customer).send().await;
        assert_eq!(get.problem(502), "upstream-unavailable");
        assert_eq!(asked.load(Ordering::SeqCst), 4);
    };
    tokio::select! {
        () = asking => {}
        () = breaking => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_at_once_that_something_is_away_is_asked_again_where_asking_changes_nothing() {
    let shop = Shop::open().await;
    let upstream = shop.upstream(Role::Orders);
    let away = |milliseconds| {
        let answer = ResponseTemplate::new(503).set_delay(Duration::from_millis(milliseconds));
        Mock::given(wiremock::matchers::any()).respond_with(answer).up_to_n_times(1).with_priority(1)
    };
    shop.answers(Role::Orders, ResponseTemplate::new(200)).await;
    let customer = testkit::customer();
    let ask = async |method| shop.app.request(method, "/api/v1/orders").by(&customer).send().await.status;

    away(0).mount(upstream).await;
    assert_eq!(ask(Method::GET).await, 200);
    away(0).mount(upstream).await;
    assert_eq!(ask(Method::POST).await, 503, "it may have been done");
    away(2_500).mount(upstream).await;
    assert_eq!(ask(Method::GET).await, 503, "it has too much to do");
    assert_eq!(shop.seen(Role::Orders).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_takes_too_long_is_given_up() {
    let shop = Shop::open().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    shop.answers(Role::Catalog, slow).await;
    let answer = shop.app.get("/api/v1/products").send().await;
    assert_eq!(answer.problem(504), "upstream-timeout");
    assert_eq!(shop.seen(Role::Catalog).await.len(), 1);
}

/// Its connection to the service was opened by the worker that is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_answered_after_another_worker_has_stopped() {
    let mut shop = Shop::open_with(&[("HTTP_WORKERS", "2")]).await;
    let url = shop.app.url("/api/v1/users");
    let after = |milliseconds| ResponseTemplate::new(201).set_delay(Duration::from_millis(milliseconds));
    for (name, milliseconds) in [("soon", 0), ("late", 3_000)] {
        let asked = Mock::given(wiremock::matchers::body_string(name)).respond_with(after(milliseconds));
        asked.mount(shop.upstream(Role::Users)).await;
    }
    // A connection each, so a worker each.
    let (first, second) = (reqwest::Client::new(), reqwest::Client::new());
    let ask = async |client: &reqwest::Client, name: &'static str| {
        client.post(&url).body(name).send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask(&first, "soon").await, 201);
    let stopping = async {
        testkit::eventually("it is asked", async || (shop.seen(Role::Users).await.len() == 2).then_some(()))
            .await;
        drop(first);
        shop.app.stop().await;
    };
    assert_eq!(tokio::join!(ask(&second, "late"), stopping).0, 201);
}
