//! The sink: what would have been sent, in a browser, on the administration port only.

use contracts::api::notifications::Channel;
use contracts::messages::notifications::NotificationSent;
use notifications::SERVICE;
use testkit::TestApp;

use crate::people::{EVERYTHING, PHONE, Person};

async fn page(app: &TestApp, path: &str) -> (u16, String, String) {
    let answer = reqwest::get(app.admin_url(path)).await.unwrap();
    let policy =
        answer.headers().get("content-security-policy").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), policy.unwrap_or_default(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_channel_messages_can_be_read_in_a_browser() {
    let app = TestApp::start(SERVICE).await;
    assert!(page(&app, "/sink").await.2.contains("There are none yet"));
    let ada = Person::known(&app).await;
    assert_eq!(ada.choose(&app, Some(PHONE), EVERYTHING).await.status, 200);
    ada.order_is_shipped(&app).await;
    let sent: Vec<NotificationSent> = vec![app.published.nth(0).await, app.published.nth(1).await];
    assert!(
        sent.iter().any(|one| one.channel == Channel::Email)
            && sent.iter().any(|one| one.channel == Channel::Sms)
    );

    let (status, policy, list) = page(&app, "/sink").await;
    assert_eq!(status, 200);
    assert!(list.contains(&ada.email) && list.contains(PHONE) && list.contains("is on its way"), "{list}");
    assert_eq!(policy, "default-src 'none'; style-src 'unsafe-inline'");

    let mut mails = 0;
    for position in 1..=2 {
        let (status, policy, message) = page(&app, &format!("/sink/{position}")).await;
        assert_eq!((status, policy.as_str()), (200, "default-src 'none'; style-src 'unsafe-inline'"));
        // The mail is an attribute of a frame that may do nothing: its markup is escaped.
        mails += message.matches("<iframe sandbox title=").count();
        assert_eq!(
            message.matches("srcdoc=\"&#60;!doctype html&#62;").count(),
            message.matches("<iframe").count()
        );
        assert!(!message.contains("<h1 style"), "{message}");
    }
    assert_eq!(mails, 1);
    assert_eq!(page(&app, "/sink/99").await.0, 404);
    assert_eq!(page(&app, "/sink/x").await.0, 404);
    assert_eq!(
        app.get("/sink").by(&ada.who).send().await.problem(404),
        "not-found",
        "never behind the ingress"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_messages_are_sent_there_is_no_sink() {
    let server = crate::mail_server::MailServer::start().await;
    let app = crate::people::with_mail(&server, &[]).await;
    assert_eq!(page(&app, "/sink").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sink_keeps_the_newest_thousand_and_shows_them_in_pages() {
    let app = TestApp::start(SERVICE).await;
    let mut conn = app.database().connect().await;
    let many = "INSERT INTO sink_messages (notification_id, channel, recipient, subject, text, received_at)
                SELECT gen_random_uuid(), 'sms', '+34600111222', 'number ' || n || '.', 'text', now()
                FROM generate_series(1, 1200) AS n";
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, many).await.unwrap();
    let (_, _, first) = page(&app, "/sink").await;
    assert!(
        first.contains("number 1200.") && first.contains("number 1151.") && !first.contains("number 1150.")
    );
    assert!(first.contains("href=\"/sink?before=1151\""), "{first}");
    assert!(page(&app, "/sink?before=1151").await.2.contains("number 1150."));
    testkit::eventually("two hundred are gone", async || {
        let left = app.database().number("SELECT count(*) AS number FROM sink_messages").await;
        (left == 1_000).then_some(())
    })
    .await;
    assert!(page(&app, "/sink?before=202").await.2.contains("number 201."));
}
