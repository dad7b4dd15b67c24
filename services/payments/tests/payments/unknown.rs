//! Outcomes that nobody knows: asked for patiently, then found out by a person, never guessed.

use chrono::TimeDelta;
use contracts::api::Page;
use contracts::api::payments::test_tokens::*;
use contracts::api::payments::{
    NewResolution, PaymentStatus, ResolutionView, ResolvedOutcome, TransactionKind, UnresolvedView,
};
use contracts::messages::payments::{PaymentAuthorized, PaymentFailed};
use payments::SERVICE;
use serde_json::json;
use testkit::{TestApp, eventually};

use crate::shop::{Order, effects, execute, support};

const LIST: &str = "/api/v1/payments/unresolved";

async fn unresolved(app: &TestApp) -> Vec<UnresolvedView> {
    app.get(LIST).by(&support()).send().await.expect::<Page<UnresolvedView>>(200).data
}

/// An order whose provider does not answer, whatever it is asked; asked so many times.
async fn unanswered(app: &TestApp, asks: i32) -> Order {
    execute(app, "ALTER TABLE simulator_operations RENAME TO burnt").await;
    let order = Order::new();
    order.authorize(app).await;
    order.submit(app, APPROVED).await;
    let pauses = [6, 37, 361, 4_321].map(TimeDelta::seconds);
    for (asked, pause) in (1..=asks).zip(pauses.into_iter().chain([TimeDelta::zero()])) {
        eventually(&format!("it is asked {asked} times"), async || {
            let answers = "SELECT count(*) AS number FROM audit_trail WHERE kind = 'answer'";
            (app.database().number(answers).await == i64::from(asked)).then_some(())
        })
        .await;
        if asked < asks {
            app.clock.advance(pause);
        }
    }
    order
}

async fn provider_answers_again(app: &TestApp) {
    execute(app, "ALTER TABLE burnt RENAME TO simulator_operations").await;
}

fn resolution(outcome: ResolvedOutcome) -> NewResolution {
    NewResolution { outcome, note: "looked up at the provider".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_hour_of_asking_a_person_is_asked_and_may_have_it_asked_again() {
    let app = TestApp::start(SERVICE).await;
    let order = unanswered(&app, 5).await;
    let waiting = unresolved(&app).await.remove(0);
    assert_eq!((waiting.order_id, waiting.operation), (order.id, TransactionKind::Authorization));
    assert_eq!(waiting.next_ask_at, None, "a person must find out");
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Authorizing, "it is not guessed");
    assert_eq!(waiting.provider_key, format!("{}:authorize:1", order.id), "the original key");

    provider_answers_again(&app).await;
    let path = format!("/api/v1/payments/{}/resolutions", order.id);
    let again =
        app.post(&path).by(&support()).idempotency_key("a").json(&resolution(ResolvedOutcome::AskAgain));
    assert_eq!(again.send().await.expect::<ResolutionView>(201).status, PaymentStatus::Authorizing);
    app.published.first::<PaymentAuthorized>().await;
    assert_eq!(effects(&app, "authorization").await, 1);
    assert_eq!(unresolved(&app).await, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_found_out_counts_once_and_is_written_down() {
    let app = TestApp::start(SERVICE).await;
    let (order, agent) = (unanswered(&app, 1).await, support());
    let path = format!("/api/v1/payments/{}/resolutions", order.id);
    let approved = resolution(ResolvedOutcome::Approved { reference: "pi_42".to_owned() });
    let ask = |key: &str| app.post(&path).by(&agent).idempotency_key(key).json(&approved);
    let first: ResolutionView = ask("a").send().await.expect(201);
    assert_eq!(first.status, PaymentStatus::Authorized);
    app.published.first::<PaymentAuthorized>().await;
    let replayed = ask("a").send().await;
    assert_eq!(replayed.headers["idempotent-replayed"], "true");
    assert_eq!(ask("b").send().await.problem(409), "payment-not-unresolved");
    assert_eq!(app.published.count::<PaymentAuthorized>(), 1);
    let by = format!("actor = 'user {}' AND content LIKE '%pi_42%'", agent.0);
    let written =
        format!("SELECT count(*) AS number FROM audit_trail WHERE kind IN ('resolution', 'answer') AND {by}");
    assert_eq!(app.database().number(&written).await, 2);
    provider_answers_again(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_find_out_that_nothing_happened() {
    let app = TestApp::start(SERVICE).await;
    let order = unanswered(&app, 1).await;
    let path = format!("/api/v1/payments/{}/resolutions", order.id);
    let declined =
        app.post(&path).by(&support()).idempotency_key("a").json(&resolution(ResolvedOutcome::Declined));
    assert_eq!(declined.send().await.expect::<ResolutionView>(201).status, PaymentStatus::Failed);
    app.published.first::<PaymentFailed>().await;
    provider_answers_again(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_support_team_resolves_and_only_in_words_that_make_sense() {
    let app = TestApp::start(SERVICE).await;
    let order = unanswered(&app, 1).await;
    let path = format!("/api/v1/payments/{}/resolutions", order.id);
    let good = json!({ "outcome": "declined", "note": "seen" });
    for person in [&order.customer, &testkit::seller()] {
        let asked = app.post(&path).by(person).idempotency_key("a").json(&good).send().await;
        assert_eq!(asked.problem(403), "forbidden");
        assert_eq!(app.get(LIST).by(person).send().await.problem(403), "forbidden");
        assert_eq!(app.get("/api/v1/payments/differences").by(person).send().await.problem(403), "forbidden");
    }
    assert_eq!(app.post(&path).json(&good).send().await.problem(401), "unauthenticated");
    assert_eq!(
        app.post(&path).by(&support()).json(&good).send().await.problem(400),
        "idempotency-key-missing"
    );
    for body in [
        json!({ "outcome": "declined", "note": " " }),
        json!({ "outcome": "maybe", "note": "seen" }),
        json!({ "outcome": { "approved": { "reference": "" } }, "note": "seen" }),
        json!({ "outcome": { "approved": { "reference": "a b" } }, "note": "seen" }),
        json!({ "outcome": "declined", "note": "x".repeat(501) }),
    ] {
        let asked = app.post(&path).by(&support()).idempotency_key("b").json(&body).send().await;
        assert_eq!(asked.problem(422), "invalid-body", "{body}");
    }
    let nobody = format!("/api/v1/payments/{}/resolutions", kernel::OrderId::new());
    let asked = app.post(&nobody).by(&support()).idempotency_key("c").json(&good).send().await;
    assert_eq!(asked.problem(404), "not-found");
    assert_eq!(order.shown(&app).await.unwrap().status, PaymentStatus::Authorizing, "nothing was changed");
    provider_answers_again(&app).await;
}
