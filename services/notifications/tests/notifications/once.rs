//! However often an event comes, and however many replicas there are: one notification per channel.

use std::collections::BTreeSet;

use contracts::messages::notifications::NotificationSent;
use diesel_async::SimpleAsyncConnection;
use testkit::eventually;

use crate::mail_server::MailServer;
use crate::people::{Person, handled, with_mail};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_is_told_once_even_when_the_inbox_has_forgotten_it() {
    let server = MailServer::start().await;
    let app = with_mail(&server, &[]).await;
    let ada = Person::known(&app).await;
    let event = ada.order_is_confirmed(&app).await;
    server.received(1).await;
    app.broker.deliver_envelope(&event).await;
    app.database().connect().await.batch_execute("DELETE FROM inbox").await.unwrap();
    app.broker.deliver_envelope(&event).await;
    handled(&app, 1).await;
    // What comes after it shows that it has been through.
    ada.order_is_shipped(&app).await;
    server.received(2).await;
    assert_eq!(ada.settled(&app, 2).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_send_each_message_once() {
    let server = MailServer::start().await;
    let mut app = with_mail(&server, &[]).await;
    app.start_replica().await;
    let ada = Person::known(&app).await;
    for _ in 0..40 {
        let event = ada.order_is_confirmed(&app).await;
        app.broker.deliver_envelope(&event).await;
    }
    eventually("all are sent", async || (app.published.count::<NotificationSent>() == 40).then_some(()))
        .await;
    let mails = server.received(40).await;
    let ids: BTreeSet<String> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 40);
}
