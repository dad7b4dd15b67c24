//! News that comes before the person whom it is for.

use chrono::TimeDelta;
use contracts::api::users::Locale;
use testkit::eventually;

use crate::mail_server::MailServer;
use crate::people::{Person, handled, with_mail};

const WAITING: &str = "SELECT count(*) AS number FROM waiting_news";

#[tokio::test(flavor = "multi_thread")]
async fn news_waits_for_its_person_and_is_told_once_when_they_come() {
    let server = MailServer::start().await;
    let mut app = with_mail(&server, &[]).await;
    app.start_replica().await;
    let (ada, other) = (Person::new(Locale::Es), Person::new(Locale::En));
    let event = ada.order_is_confirmed(&app).await;
    ada.order_is_shipped(&app).await;
    other.order_is_confirmed(&app).await;
    app.broker.deliver_envelope(&event).await;
    handled(&app, 3).await;
    assert_eq!(app.database().number(WAITING).await, 3);

    ada.register(&app).await;
    let mails = server.received(2).await;
    assert!(mails.iter().all(|mail| mail.to == ada.email));
    assert_eq!(ada.settled(&app, 2).await.len(), 2);
    assert_eq!(app.database().number(WAITING).await, 1, "somebody else's goes on waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn news_of_nobody_is_dropped_after_a_week() {
    let server = MailServer::start().await;
    let app = with_mail(&server, &[]).await;
    let nobody = Person::new(Locale::En);
    nobody.order_is_confirmed(&app).await;
    handled(&app, 1).await;
    app.clock.advance(TimeDelta::days(6));
    let late = Person::new(Locale::En);
    late.order_is_confirmed(&app).await;
    handled(&app, 2).await;
    app.clock.advance(TimeDelta::days(2));
    eventually("one is dropped", async || (app.database().number(WAITING).await == 1).then_some(())).await;
    late.register(&app).await;
    nobody.register(&app).await;
    assert_eq!(server.received(1).await[0].to, late.email);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_word_about_a_person_changes_nothing() {
    let server = MailServer::start().await;
    let app = with_mail(&server, &[]).await;
    let (mut ada, before) = (Person::new(Locale::En), Person::new(Locale::En));
    let mut old = before.register(&app).await;
    let mut new = old.clone();
    ada.who = before.who.clone();
    (new.id, new.aggregateversion) = (kernel::EventId::new(), 3);
    new.data["email"] = ada.email.clone().into();
    (old.id, old.aggregateversion) = (kernel::EventId::new(), 2);
    app.broker.deliver_envelope(&new).await;
    handled(&app, 2).await;
    app.broker.deliver_envelope(&old).await;
    handled(&app, 3).await;
    ada.order_is_confirmed(&app).await;
    assert_eq!(server.received(1).await[0].to, ada.email);
}
