//! SMS, through any provider that speaks HTTP.

use contracts::api::notifications::{Channel, ChannelChoice};
use contracts::messages::notifications::{NotificationFailed, NotificationSent};
use serde_json::Value;
use testkit::TestApp;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::mail_server::MailServer;
use crate::people::{EVERYTHING, NOTHING, PHONE, Person, with_mail};

pub const BY_SMS: ChannelChoice = ChannelChoice { email: false, sms: true, web_push: false };

pub async fn provider(answer: ResponseTemplate) -> MockServer {
    let provider = MockServer::start().await;
    Mock::given(method("POST")).and(path("/send")).respond_with(answer).mount(&provider).await;
    provider
}

/// With a mail server, for there is none without.
pub async fn with_sms(provider: &MockServer, more: &[(&str, &str)]) -> (TestApp, MailServer) {
    let server = MailServer::start().await;
    let url = format!("{}/send", provider.uri());
    let mut variables = vec![("SMS_URL", url.as_str()), ("SMS_AUTH", "Bearer s3cret")];
    variables.extend(more);
    (with_mail(&server, &variables).await, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_sms_gets_one_with_the_notifications_id_as_its_key() {
    let provider = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/send"))
        .and(header("authorization", "Bearer s3cret"))
        .and(header("content-type", "application/json"))
        .respond_with(ResponseTemplate::new(202))
        .mount(&provider)
        .await;
    let (app, server) = with_sms(&provider, &[]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some("+34 600 111 222"), BY_SMS).await.status, 200);
    ada.order_is_shipped(&app).await;

    let sent: NotificationSent = app.published.first().await;
    assert_eq!(sent.channel, Channel::Sms);
    let request = provider.received_requests().await.unwrap().remove(0);
    assert_eq!(request.headers["idempotency-key"], sent.notification_id.to_string().as_str());
    let body: Value = request.body_json().unwrap();
    assert_eq!(body["to"], PHONE);
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("Chairs & Co: Your order ") && text.ends_with(" is on its way."), "{text}");
    assert_eq!(server.mails(), [], "mail was turned off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_takes_forms_gets_one() {
    let provider = provider(ResponseTemplate::new(201)).await;
    let body = ("SMS_BODY", "To={to}&From=%2B1555&Body={text}");
    let (app, _server) = with_sms(&provider, &[body, ("SMS_AUTH_HEADER", "x-api-key")]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), BY_SMS).await.status, 200);
    ada.order_is_shipped(&app).await;
    app.published.first::<NotificationSent>().await;
    let request = provider.received_requests().await.unwrap().remove(0);
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(request.headers["x-api-key"], "Bearer s3cret");
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    assert_eq!(fields[0], ("To".to_owned(), PHONE.to_owned()));
    assert_eq!(fields[1], ("From".to_owned(), "+1555".to_owned()));
    assert!(fields[2].1.starts_with("Chairs & Co: Your order "), "{fields:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_that_the_provider_refuses_fails_and_the_mail_goes_all_the_same() {
    let provider = provider(ResponseTemplate::new(400)).await;
    let (app, server) = with_sms(&provider, &[]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), EVERYTHING).await.status, 200);
    ada.order_is_shipped(&app).await;
    let failed: NotificationFailed = app.published.first().await;
    assert_eq!((failed.channel, failed.reason.as_str()), (Channel::Sms, "the SMS provider answered 400"));
    server.received(1).await;
    assert_eq!(provider.received_requests().await.unwrap().len(), 1, "no retry can help");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_the_phone_number_away_meanwhile_is_not_called() {
    let provider = provider(ResponseTemplate::new(503)).await;
    let (app, _server) = with_sms(&provider, &[]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), BY_SMS).await.status, 200);
    ada.order_is_shipped(&app).await;
    crate::failures::postponed(&app, 1, 30).await;
    assert_eq!(ada.choose(&app, None, NOTHING).await.status, 200);
    app.clock.advance(chrono::TimeDelta::minutes(1));
    let failed: NotificationFailed = app.published.first().await;
    assert_eq!(failed.reason, "there is no phone number any more");
    assert_eq!(provider.received_requests().await.unwrap().len(), 1);
}
