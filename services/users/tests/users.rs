//! Users through its routes, with a real database and broker behind it.

use std::time::{Duration, Instant};

use contracts::Role;
use contracts::api::ProblemBody;
use contracts::api::users::{Locale, SessionView, UserRole, UserView};
use contracts::messages::users::UserRegistered;
use platform::Settings;
use platform::auth::TokenVerifier;
use serde_json::{Value, json};
use testkit::{Response, TestApp, customer};

/// For tests only; not the key that testkit signs with.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIICBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6f\n-----END PRIVATE KEY-----\n";
const PASSWORD: &str = "correct horse battery";

async fn start() -> TestApp {
    TestApp::start_with(users::SERVICE, &[("JWT_SIGNING_KEY", KEY)]).await
}

fn ana() -> Value {
    json!({ "email": "Ana.Ruiz@Example.com", "name": " Ana Ruiz ", "password": PASSWORD, "is_seller": true })
}

async fn register(app: &TestApp, body: &Value) -> Response {
    app.post("/api/v1/users").json(body).send().await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Response {
    app.post("/api/v1/sessions").json(&json!({ "email": email, "password": password })).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_user_logs_in_under_any_spelling_of_the_address_and_is_who_they_are() {
    let app = start().await;
    let registered = register(&app, &ana()).await;
    let user: UserView = registered.expect(201);
    assert_eq!((user.email.as_str(), user.name.as_str()), ("ana.ruiz@example.com", "Ana Ruiz"));
    assert_eq!(user.roles, [UserRole::Customer, UserRole::Seller]);
    assert!(!registered.text().contains(PASSWORD) && !registered.text().contains("argon2"));

    let session: SessionView = log_in(&app, " ANA.ruiz@example.COM", PASSWORD).await.expect(201);
    assert_eq!((session.token_type.as_str(), session.expires_in), ("Bearer", 3600));
    assert_eq!(session.user, user);

    let location = registered.headers["location"].to_str().unwrap();
    let me: UserView = app.get(location).bearer(&session.access_token).send().await.expect(200);
    assert_eq!(me, user);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_told_with_how_to_reach_the_person_and_without_a_credential() {
    let app = start().await;
    let user: UserView = register(&app, &ana()).await.expect(201);

    let told: UserRegistered = app.published.first().await;
    assert_eq!((told.user_id, told.roles), (user.id, user.roles));
    assert_eq!((told.email, told.name, told.locale), (user.email, user.name, Locale::En));
    let text = serde_json::to_string(&app.published.all()[0]).unwrap();
    assert!(!text.contains(PASSWORD) && !text.contains("argon2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_is_there_once_whatever_is_restarted_and_logs_in() {
    let password = "a password for tests only";
    let variables =
        [("JWT_SIGNING_KEY", KEY), ("ADMIN_EMAIL", "admin@shop.example"), ("ADMIN_PASSWORD", password)];
    let mut app = TestApp::start_with(users::SERVICE, &variables).await;
    app.published.first::<UserRegistered>().await;
    let session: SessionView = log_in(&app, "admin@shop.example", password).await.expect(201);
    assert_eq!(session.user.roles, [UserRole::Support, UserRole::Admin]);

    app.start_replica().await;
    register(&app, &ana()).await.expect::<UserView>(201);
    assert_eq!(app.database().number("SELECT count(*) AS number FROM users").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_made_under_an_earlier_password_gets_that_of_the_settings() {
    let password = "a password for tests only";
    let variables =
        [("JWT_SIGNING_KEY", KEY), ("ADMIN_EMAIL", "admin@shop.example"), ("ADMIN_PASSWORD", password)];
    let mut app = TestApp::start_with(users::SERVICE, &variables).await;
    app.published.first::<UserRegistered>().await;
    // As another password would have left it.
    let other: UserView = register(&app, &ana()).await.expect(201);
    let changed =
        "WITH changed AS (UPDATE credentials SET password_hash = (SELECT password_hash FROM credentials
                   WHERE user_id = '$') RETURNING 1) SELECT count(*) AS number FROM changed";
    assert_eq!(app.database().number(&changed.replace('$', &other.id.to_string())).await, 2);
    assert_eq!(log_in(&app, "admin@shop.example", password).await.problem(401), "wrong-credentials");

    app.start_replica().await;
    testkit::eventually("the password of the settings is good again", async || {
        (log_in(&app, "admin@shop.example", password).await.status == 201).then_some(())
    })
    .await;
    assert_eq!(log_in(&app, "ana.ruiz@example.com", PASSWORD).await.status, 201, "nobody else's is touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_verify_against_the_published_keys_alone() {
    let app =
        TestApp::start_with(users::SERVICE, &[("JWT_SIGNING_KEY", KEY), ("ACCESS_TOKEN_SECONDS", "120")])
            .await;
    let user: UserView = register(&app, &ana()).await.expect(201);
    let session: SessionView = log_in(&app, "ana.ruiz@example.com", PASSWORD).await.expect(201);
    assert_eq!(session.expires_in, 120);

    // As any other service does it.
    let settings = Settings::new(Role::Orders, [("JWKS_URL".to_owned(), app.url("/.well-known/jwks.json"))]);
    let elsewhere = TokenVerifier::from_settings(&settings, reqwest::Client::new()).unwrap();
    let principal = elsewhere.verify(&session.access_token).await.unwrap();
    assert_eq!((principal.user_id, principal.roles), (user.id, user.roles));

    let forged = session.access_token.rsplit_once('.').unwrap().0.to_owned() + "." + &"A".repeat(86);
    assert_eq!(elsewhere.verify(&forged).await.unwrap_err().code(), "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_one_user_also_when_two_register_at_once() {
    let app = start().await;
    let mut other = ana();
    other["email"] = json!("ana.ruiz@EXAMPLE.com");
    let (ana, other) = (ana(), other);
    let (first, second) = tokio::join!(register(&app, &ana), register(&app, &other));
    let (_, loser) = if first.status == 201 { (first, second) } else { (second, first) };
    assert_eq!(loser.problem(409), "email-taken");

    assert_eq!(register(&app, &ana).await.problem(409), "email-taken");
    assert_eq!(app.database().number("SELECT count(*) AS number FROM users").await, 1);
    assert_eq!(app.database().number("SELECT count(*) AS number FROM credentials").await, 1);
    app.published.first::<UserRegistered>().await;
    assert_eq!(app.published.count::<UserRegistered>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer_in_the_same_time() {
    let app = start().await;
    register(&app, &ana()).await.expect::<UserView>(201);

    // The fastest of each, for what else the machine does can only slow one down: so on a busy one it takes more tries
    // until both are near their true cost, and one that costs less stays below the other however often they are tried.
    let (mut wrong, mut unknown) = (Duration::MAX, Duration::MAX);
    for tries in 1.. {
        let (known, known_in) = timed(log_in(&app, "ana.ruiz@example.com", "wrong horse battery")).await;
        let (nobody, nobody_in) = timed(log_in(&app, "nobody@example.com", PASSWORD)).await;
        assert_eq!(known.problem(401), "wrong-credentials");
        assert_eq!((nobody.status, &nobody.body), (known.status, &known.body));
        (wrong, unknown) = (wrong.min(known_in), unknown.min(nobody_in));
        if tries >= 5 && unknown > wrong / 2 && wrong > unknown / 2 {
            break;
        }
        assert!(tries < 60, "after {tries} tries: unknown {unknown:?}, wrong {wrong:?}");
    }
    let no_address = log_in(&app, "nobody", PASSWORD).await;
    assert_eq!(no_address.problem(401), "wrong-credentials");
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let started = Instant::now();
    (work.await, started.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_registration_names_each_field_and_changes_nothing() {
    let app = start().await;
    let bad = json!({ "email": "ana", "name": " ", "password": "short", "is_customer": false });
    let answer = register(&app, &bad).await;
    assert_eq!(answer.problem(422), "invalid-body");
    let fields: Vec<String> =
        answer.expect::<ProblemBody>(422).errors.into_iter().map(|error| error.field).collect();
    assert_eq!(fields, ["email", "name", "password", "is_customer"]);

    assert_eq!(register(&app, &json!({ "email": "ana@example.com" })).await.problem(422), "invalid-body");
    let not_json = app.post("/api/v1/users").body("application/json", "{").send().await;
    assert_eq!(not_json.problem(400), "malformed-body");
    let mut large = ana();
    large["name"] = json!("a".repeat(70_000));
    assert_eq!(register(&app, &large).await.problem(413), "body-too-large");
    assert_eq!(app.database().number("SELECT count(*) AS number FROM users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_log_in_body_is_refused() {
    let app = start().await;
    let no_password = app.post("/api/v1/sessions").json(&json!({ "email": "a@example.com" })).send().await;
    assert_eq!(no_password.problem(422), "invalid-body");
    let form = app.post("/api/v1/sessions").body("application/x-www-form-urlencoded", "email=a").send().await;
    assert_eq!(form.problem(415), "unsupported-media-type");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_good_token_of_a_user_who_exists_shows_a_profile() {
    let app = start().await;
    assert_eq!(app.get("/api/v1/users/me").send().await.problem(401), "unauthenticated");
    assert_eq!(app.get("/api/v1/users/me").bearer("x.y.z").send().await.problem(401), "unauthenticated");

    let (id, roles) = customer();
    let expired = app.tokens.token(id, &roles, -60);
    assert_eq!(app.get("/api/v1/users/me").bearer(&expired).send().await.problem(401), "unauthenticated");
    assert_eq!(app.get("/api/v1/users/me").by(&(id, roles)).send().await.problem(401), "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_of_log_ins_is_answered_or_told_to_come_back() {
    let app = start().await;
    register(&app, &ana()).await.expect::<UserView>(201);
    let wave = (0..12).map(|_| log_in(&app, "ana.ruiz@example.com", PASSWORD));
    for answer in futures::future::join_all(wave).await {
        // On a machine under load the last ones are sent away, and told to come back.
        match answer.status.as_u16() {
            201 => {}
            _ => {
                assert_eq!(answer.problem(503), "unavailable");
                assert!(answer.headers.contains_key("retry-after"));
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_signing_key_stops_the_start_and_is_not_printed() {
    for (value, said) in [
        ("", "variable JWT_SIGNING_KEY is not set"),
        ("top secret", "variable JWT_SIGNING_KEY is wrong: not an Ed25519 private key in PKCS#8 PEM"),
    ] {
        let variables = [
            ("DATABASE_URL", "postgres://localhost/users"),
            ("JWT_SIGNING_KEY", value),
            ("HTTP_ADDR", "127.0.0.1:0"),
        ];
        let settings =
            Settings::new(Role::Users, variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let started =
            platform::service::start(users::SERVICE, settings, Default::default(), Default::default()).await;
        assert_eq!(started.err().unwrap().to_string(), said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_its_load() {
    start().await.tells_its_load().await;
}
