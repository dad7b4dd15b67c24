//! Channels that are down: tried again for an hour, then given up; orders never wait.

use chrono::TimeDelta;
use contracts::Role;
use contracts::api::notifications::{Channel, NotificationStatus};
use contracts::messages::notifications::{NotificationFailed, NotificationSent};
use testkit::{TestApp, eventually};
use wiremock::ResponseTemplate;

use crate::mail_server::{MailServer, Mood};
use crate::people::{EVERYTHING, PHONE, Person, handled, with_mail};
use crate::sms::{BY_SMS, provider, with_sms};

/// Waits until the only open delivery was tried this often and is to be tried again in about so many seconds.
pub async fn postponed(app: &TestApp, attempts: i64, seconds: i64) {
    eventually(&format!("attempt {attempts} is followed by another after {seconds} s"), async || {
        let now = app.clock.now().to_rfc3339();
        // A fifth of jitter above; below, what passes until we look.
        let (soonest, latest) = (seconds - 8, seconds + seconds / 5 + 1);
        let query = format!(
            "SELECT count(*) AS number FROM deliveries WHERE attempts = {attempts} AND next_attempt_at BETWEEN
             '{now}'::timestamptz + interval '{soonest} s' AND '{now}'::timestamptz + interval '{latest} s'"
        );
        (app.database().number(&query).await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_attempts_in_an_hour_then_it_is_given_up_and_said() {
    let provider = provider(ResponseTemplate::new(503)).await;
    let (app, _server) = with_sms(&provider, &[]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), BY_SMS).await.status, 200);
    ada.order_is_shipped(&app).await;
    for (attempts, seconds) in [(1, 30), (2, 120), (3, 300), (4, 900), (5, 2_100)] {
        postponed(&app, attempts, seconds).await;
        app.clock.advance(TimeDelta::seconds(seconds + seconds / 5 + 1));
    }
    let failed: NotificationFailed = app.published.first().await;
    assert_eq!((failed.user_id, failed.channel), (ada.who.0, Channel::Sms));
    assert_eq!(failed.reason, "the SMS provider answered 503");
    assert_eq!(ada.settled(&app, 1).await[0].status, NotificationStatus::Failed);
    app.clock.advance(TimeDelta::hours(2));
    let open = "SELECT count(*) AS number FROM deliveries WHERE next_attempt_at IS NOT NULL";
    assert_eq!(app.database().number(open).await, 0);
    assert_eq!(provider.received_requests().await.unwrap().len(), 6);
}

/// Or the operator would send the service to sleep over it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_tried_again_is_pending_work() {
    let provider = provider(ResponseTemplate::new(503)).await;
    let (app, _server) = with_sms(&provider, &[]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), BY_SMS).await.status, 200);
    ada.order_is_shipped(&app).await;
    postponed(&app, 1, 30).await;
    eventually("the delivery is counted", async || {
        let text = app.metrics().await;
        let pending =
            text.lines().find_map(|line| line.strip_prefix("shop_work_pending{role=\"notifications\"} "))?;
        pending.parse::<f64>().is_ok_and(|pending| pending >= 1.0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_asks_for_time_gets_it() {
    let provider = provider(ResponseTemplate::new(429).insert_header("retry-after", "600")).await;
    let (app, _server) = with_sms(&provider, &[]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), BY_SMS).await.status, 200);
    ada.order_is_shipped(&app).await;
    postponed(&app, 1, 600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_comes_back_gets_what_waited() {
    let server = MailServer::start().await;
    server.becomes(Mood::Refusing("451 4.3.0 busy"));
    let app = with_mail(&server, &[]).await;
    let ada = Person::known(&app).await;
    ada.order_is_confirmed(&app).await;
    postponed(&app, 1, 30).await;
    server.becomes(Mood::Good);
    app.clock.advance(TimeDelta::seconds(40));
    server.received(1).await;
    app.published.first::<NotificationSent>().await;
    assert_eq!(app.published.count::<NotificationFailed>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_mail_server_says_nothing_messages_are_taken_and_other_channels_work() {
    let server = MailServer::start().await;
    server.becomes(Mood::Silent);
    let provider = provider(ResponseTemplate::new(200)).await;
    let url = format!("{}/send", provider.uri());
    let app = with_mail(&server, &[("SMS_URL", &url), ("SEND_TIMEOUT_MS", "1000")]).await;
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), EVERYTHING).await.status, 200);
    for _ in 0..30 {
        ada.order_is_shipped(&app).await;
    }
    handled(&app, 31).await;
    assert_eq!(app.broker.received(Role::Notifications).await, None, "all are acked");
    assert_eq!(app.broker.parked(Role::Notifications).await, None);
    eventually("every SMS has gone", async || {
        (app.published.count::<NotificationSent>() == 30).then_some(())
    })
    .await;
    let sent = "SELECT count(*) AS number FROM notifications WHERE channel = 'email' AND status <> 'pending'";
    assert_eq!(app.database().number(sent).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_left_behind_is_sent_when_its_lease_ends() {
    let server = MailServer::start().await;
    server.becomes(Mood::Refusing("451 4.3.0 busy"));
    let app = with_mail(&server, &[]).await;
    let ada = Person::known(&app).await;
    ada.order_is_confirmed(&app).await;
    postponed(&app, 1, 30).await;
    // As a worker leaves it that took it for the last time and died.
    let mut conn = app.database().connect().await;
    let taken = "UPDATE deliveries SET attempts = 6, next_attempt_at = now() + interval '90 seconds'";
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, taken).await.unwrap();
    server.becomes(Mood::Good);
    app.clock.advance(TimeDelta::seconds(91));
    let failed: NotificationFailed = app.published.first().await;
    assert_eq!(failed.reason, "every attempt broke off", "or it would break off for ever");
    assert_eq!(server.mails(), []);
}
