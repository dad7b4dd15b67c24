//! `/api/v1/notification-preferences`.

use contracts::api::ProblemBody;
use contracts::api::notifications::{ChannelChoice, NotificationPreferences, NotificationStatus};
use contracts::api::users::Locale;
use notifications::SERVICE;
use serde_json::{Value, json};
use testkit::TestApp;

use crate::people::{EVERYTHING, NOTHING, PHONE, Person, handled};

const PATH: &str = "/api/v1/notification-preferences";

async fn chosen(app: &TestApp, person: &Person) -> (String, NotificationPreferences) {
    let answer = app.get(PATH).by(&person.who).send().await;
    (answer.headers["etag"].to_str().unwrap().to_owned(), answer.expect(200))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_chosen_nothing_gets_mails_in_the_language_they_registered_with() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known_in(&app, Locale::Es).await;
    let order_news = ChannelChoice { email: true, sms: false, web_push: true };
    let (tag, unmade) = chosen(&app, &ada).await;
    assert!(unmade == NotificationPreferences { locale: Locale::Es, phone: None, order_news });
    assert_eq!(tag, "\"0\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_holds_and_is_nobody_elses() {
    let app = TestApp::start(SERVICE).await;
    let (ada, ben) = (Person::known(&app).await, Person::known(&app).await);
    let answer = ada.choose(&app, Some("+34 600-111-222"), EVERYTHING).await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    let kept: NotificationPreferences = answer.expect(200);
    assert_eq!((kept.phone.as_deref(), kept.order_news), (Some(PHONE), EVERYTHING));
    assert!(chosen(&app, &ada).await.1 == kept);
    assert_eq!(chosen(&app, &ben).await.1.phone, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_what_has_changed_meanwhile_is_refused() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known(&app).await;
    let (tag, seen) = chosen(&app, &ada).await;
    let put = |tag: String| app.put(PATH).by(&ada.who).header("if-match", &tag).json(&seen).send();
    assert_eq!(put(tag.clone()).await.headers["etag"], "\"1\"");
    assert_eq!(put(tag).await.problem(412), "precondition-failed");
    assert_eq!(put("\"1\"".to_owned()).await.headers["etag"], "\"2\"");
    let blind = app.put(PATH).by(&ada.who).json(&seen).send().await;
    assert_eq!(blind.problem(428), "precondition-required");
    assert_eq!(chosen(&app, &ada).await.0, "\"2\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_a_choice_is_refused_and_changes_nothing() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known(&app).await;
    let news = json!({ "email": true, "sms": true, "web_push": false });
    for (body, field) in [
        (json!({ "locale": "en", "phone": "600999888", "order_news": news }), Some("phone")),
        (json!({ "locale": "en", "phone": null, "order_news": news }), Some("phone")),
        (json!({ "locale": "de", "phone": PHONE, "order_news": news }), None),
        (json!({ "locale": "en", "phone": PHONE }), None),
    ] {
        let answer = app.put(PATH).by(&ada.who).header("if-match", "*").json(&body).send().await;
        assert_eq!(answer.problem(422), "invalid-body", "{body}");
        let problem: ProblemBody = answer.expect(422);
        assert_eq!(problem.errors.first().map(|error| error.field.as_str()), field, "{body}");
        assert!(!answer.text().contains("600999888"), "numbers are not repeated: {}", answer.text());
    }
    let answer =
        app.put(PATH).by(&ada.who).header("if-match", "*").body("application/json", "{").send().await;
    assert_eq!(answer.problem(400), "malformed-body");
    assert_eq!(chosen(&app, &ada).await.0, "\"0\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_news_is_still_told_what_they_must_know_by_mail() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, None, NOTHING).await.status, 200);
    ada.order_is_shipped(&app).await;
    ada.order_is_confirmed(&app).await;
    handled(&app, 3).await;
    let told = ada.settled(&app, 1).await;
    assert_eq!((told[0].template.as_str(), told[0].status), ("order_confirmed", NotificationStatus::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_holds_from_the_next_message_on() {
    let app = TestApp::start(SERVICE).await;
    let ada = Person::known(&app).await;
    let (tag, seen) = chosen(&app, &ada).await;
    let spanish: Value = json!({ "locale": "es", "order_news": seen.order_news });
    assert_eq!(app.put(PATH).by(&ada.who).header("if-match", &tag).json(&spanish).send().await.status, 200);
    ada.order_is_confirmed(&app).await;
    assert!(ada.settled(&app, 1).await[0].subject.ends_with("está confirmado"));
}
