//! What every route has in common: tokens, keys, bodies, problems.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{TestApp, customer, eventually};

use crate::notes::SERVICE;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_answer_and_one_effect() {
    let (app, user) = (TestApp::start(SERVICE).await, customer());
    let send = || app.post("/notes").by(&user).idempotency_key("k-1").json(&json!({"text": "once"})).send();

    let (first, second) = (send().await, send().await);

    assert_eq!(first.expect::<Value>(201), second.expect::<Value>(201));
    assert_eq!(second.headers.get("idempotent-replayed").unwrap(), "true");
    assert_eq!(first.headers.get("location"), second.headers.get("location"));
    assert_eq!(app.database().number("SELECT count(*) AS number FROM notes").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_sent_at_once_have_one_effect() {
    let (app, user) = (TestApp::start(SERVICE).await, customer());
    let send = || app.post("/notes").by(&user).idempotency_key("k-1").json(&json!({"text": "once"})).send();

    let answers = futures::future::join_all((0..8).map(|_| send())).await;

    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status.as_u16())));
    assert!(answers.iter().any(|answer| answer.status == 201));
    assert_eq!(app.database().number("SELECT count(*) AS number FROM notes").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_person_and_one_content() {
    let (app, user, other) = (TestApp::start(SERVICE).await, customer(), customer());
    let send =
        |user, text| app.post("/notes").by(user).idempotency_key("k-1").json(&json!({ "text": text })).send();

    send(&user, "mine").await.expect::<Value>(201);

    assert_eq!(send(&user, "changed").await.problem(422), "idempotency-key-reused");
    send(&other, "yours").await.expect::<Value>(201);
    let keyless = app.post("/notes").by(&user).json(&json!({"text": "mine"})).send().await;
    assert_eq!(keyless.problem(400), "idempotency-key-missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_good_token_opens() {
    let (app, (user, roles)) = (TestApp::start(SERVICE).await, customer());
    let send = |token: String| {
        app.post("/notes").bearer(&token).idempotency_key("k").json(&json!({"text": "x"})).send()
    };
    let good = app.tokens.token(user, &roles, 600);
    let forged = format!("{}x{}", &good[..good.len() - 10], &good[good.len() - 9..]);

    assert_eq!(app.post("/notes").send().await.problem(401), "unauthenticated");
    assert_eq!(send(app.tokens.token(user, &roles, -60)).await.problem(401), "unauthenticated");
    assert_eq!(send(forged).await.problem(401), "unauthenticated");
    assert_eq!(send("not.a.token".to_owned()).await.problem(401), "unauthenticated");
    send(good).await.expect::<Value>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bodies_are_told_apart() {
    let (app, user) = (TestApp::start(SERVICE).await, customer());
    let send = |kind: &'static str, body: String| {
        app.post("/notes").by(&user).idempotency_key("k").body(kind, body).send()
    };

    assert_eq!(send("application/json", "{".to_owned()).await.problem(400), "malformed-body");
    assert_eq!(send("application/json", r#"{"text":1}"#.to_owned()).await.problem(422), "invalid-body");
    assert_eq!(send("text/plain", "hello".to_owned()).await.problem(415), "unsupported-media-type");
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(platform::http::BODY_LIMIT));
    assert_eq!(send("application/json", large).await.problem(413), "body-too-large");
    assert_eq!(app.get("/nowhere").send().await.problem(404), "not-found");
    assert_eq!(app.database().number("SELECT count(*) AS number FROM notes").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_statement_is_500_without_its_text() {
    let (app, user) = (TestApp::start(SERVICE).await, customer());
    let refused = json!({"text": crate::notes::REFUSED});
    let answer = app.post("/notes").by(&user).idempotency_key("k").json(&refused).send().await;
    assert_eq!(answer.problem(500), "internal");
    assert!(!answer.text().contains("notes"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_for_those_who_run_the_shop_are_on_the_admin_port_only() {
    let (app, user) = (TestApp::start(SERVICE).await, customer());
    let token = app.tokens.token(user.0, &user.1, 600);
    let ask = async |url: String| reqwest::Client::new().get(url).bearer_auth(&token).send().await.unwrap();

    let answer = ask(app.admin_url("/whoami")).await;
    assert_eq!(answer.text().await.unwrap(), user.0.to_string());
    assert_eq!(app.get("/whoami").by(&user).send().await.problem(404), "not-found");
    assert_eq!(reqwest::get(app.admin_url("/whoami")).await.unwrap().status(), 401);
}

/// Some of the connections to the database were opened by the worker that is gone.
#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_are_answered_after_another_worker_has_stopped() {
    let mut app = TestApp::start_with(SERVICE, &[("HTTP_WORKERS", "2")]).await;
    let url = app.url("/slow");
    let read = async |client: &reqwest::Client, milliseconds: u32| {
        let answer = client.get(format!("{url}/{milliseconds}")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let good = (200, "read".to_owned());
    // One after the other is accepted, so by one worker and the other in turns.
    let mut clients: Vec<_> = (0..8).map(|_| reqwest::Client::new()).collect();
    for client in &clients {
        assert_eq!(read(client, 0).await, good);
    }
    // Together they need the whole pool.
    let all =
        clients.iter().zip(0..).map(|(client, place)| read(client, if place % 2 == 0 { 200 } else { 400 }));
    assert!(join_all(all).await.iter().all(|answer| *answer == good));
    // What was free first is lent out first: to the workers of the others.
    let mut place = 0;
    clients.retain(|_| {
        place += 1;
        place % 2 == 0
    });
    let stopping = async {
        let reads = "SELECT count(*) AS number FROM pg_stat_activity
                     WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = current_database()";
        eventually("they read", async || (app.database().number(reads).await == 4).then_some(())).await;
        app.stop().await;
    };
    let (answers, ()) = tokio::join!(join_all(clients.iter().map(|client| read(client, 3_000))), stopping);
    assert_eq!(answers, vec![good; 4]);
}
