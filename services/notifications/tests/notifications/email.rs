//! E-mail, through a real SMTP server.

use contracts::api::notifications::{Channel, NotificationStatus};
use contracts::api::users::Locale;
use contracts::messages::notifications::NotificationSent;

use crate::mail_server::MailServer;
use crate::people::{Person, with_mail};

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_order_is_told_by_a_mail_in_text_and_html() {
    let server = MailServer::start().await;
    let app = with_mail(&server, &[]).await;
    let ada = Person::known(&app).await;
    let event = ada.order_is_confirmed(&app).await;

    let mail = server.received(1).await.remove(0);
    assert_eq!((mail.from.as_str(), &mail.to), ("shop@example.com", &ada.email));
    let sent: NotificationSent = app.published.first().await;
    assert_eq!(mail.header("Message-ID"), format!("<{}@example.com>", sent.notification_id));
    assert!(mail.header("From").ends_with(" <shop@example.com>"), "{}", mail.data);
    assert_eq!(mail.header("To").replace('"', ""), format!("Ada Lovelace <{}>", ada.email));
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.header("Subject").starts_with("Your order ") && !mail.header("Date").is_empty());
    for part in
        ["multipart/alternative", "text/plain; charset=utf-8", "text/html; charset=utf-8", "EUR 19.90"]
    {
        assert!(mail.data.contains(part), "{part} in {}", mail.data);
    }
    assert!(mail.data.contains("https://shop.example/orders/"), "{}", mail.data);

    assert_eq!(
        (sent.user_id, sent.channel, sent.template.as_str()),
        (ada.who.0, Channel::Email, "order_confirmed")
    );
    let told = app.published.all().remove(0);
    assert_eq!((told.causationid, told.correlationid), (Some(event.id), event.correlationid));
    let history = ada.settled(&app, 1).await;
    assert_eq!((history[0].id, history[0].status), (sent.notification_id, NotificationStatus::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_written_to_in_their_language() {
    let server = MailServer::start().await;
    let app = with_mail(&server, &[]).await;
    let ada = Person::known_in(&app, Locale::Es).await;
    ada.order_is_shipped(&app).await;
    let history = ada.settled(&app, 1).await;
    assert!(history[0].subject.contains("está en camino"), "{}", history[0].subject);
    // A header is ASCII: the subject is encoded, the body's words without accents are not.
    let mail = server.received(1).await.remove(0);
    assert!(mail.header("Subject").starts_with("=?utf-8?b?") || mail.header("Subject").contains("=?utf-8?"));
    assert!(mail.data.contains("Tu pedido ha salido de nuestro almac"), "{}", mail.data);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_mail_server_refuses_is_given_up_at_once_and_not_repeated() {
    use contracts::messages::notifications::NotificationFailed;

    use crate::mail_server::Mood;

    let server = MailServer::start().await;
    server.becomes(Mood::Refusing("550 5.1.1 no such user ada@example.com"));
    let app = with_mail(&server, &[]).await;
    let ada = Person::known(&app).await;
    ada.order_is_confirmed(&app).await;
    let failed: NotificationFailed = app.published.first().await;
    assert_eq!(failed.reason, "the mail server answered 550");
    assert_eq!(ada.settled(&app, 1).await[0].status, NotificationStatus::Failed);
    assert_eq!(server.mails(), []);
}
