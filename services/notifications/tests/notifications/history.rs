//! `GET /api/v1/notifications`.

use contracts::api::Page;
use contracts::api::notifications::{Channel, NotificationStatus, NotificationView};
use notifications::SERVICE;
use testkit::TestApp;

use crate::people::Person;

#[tokio::test(flavor = "multi_thread")]
async fn people_see_what_they_were_told_newest_first_and_nothing_of_others() {
    let app = TestApp::start(SERVICE).await;
    let (ada, ben) = (Person::known(&app).await, Person::known(&app).await);
    for _ in 0..3 {
        let event = ada.order_is_confirmed(&app).await;
        testkit::eventually("it is told", async || {
            let first = ada.history(&app).await.into_iter().next()?;
            (first.order_id?.to_string() == event.subject).then_some(())
        })
        .await;
    }
    ben.order_is_shipped(&app).await;
    ben.settled(&app, 1).await;

    let all = ada.settled(&app, 3).await;
    assert!(all.is_sorted_by(|one, next| one.id > next.id));
    assert!(all.iter().all(|one| (one.channel, one.status) == (Channel::Email, NotificationStatus::Sent)));
    assert!(
        all.iter().all(|one| one.template == "order_confirmed" && one.settled_at >= Some(one.created_at))
    );

    let first = app.get("/api/v1/notifications?limit=2").by(&ada.who).send().await;
    assert_eq!(
        first.headers["link"],
        format!("</api/v1/notifications?limit=2&after={}>; rel=\"next\"", all[1].id)
    );
    let first: Page<NotificationView> = first.expect(200);
    assert_eq!(first.data, all[..2]);
    let rest = format!("/api/v1/notifications?limit=2&after={}", first.next.unwrap());
    let rest: Page<NotificationView> = app.get(&rest).by(&ada.who).send().await.expect(200);
    assert_eq!((rest.data.as_slice(), rest.next), (&all[2..], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_there_is_nothing_to_see_or_to_change() {
    let app = TestApp::start(SERVICE).await;
    for path in ["notifications", "notification-preferences", "push-subscriptions", "push-key"] {
        let path = format!("/api/v1/{path}");
        assert_eq!(app.get(&path).send().await.problem(401), "unauthenticated", "{path}");
    }
    let answer = app.get("/api/v1/notifications?after=no-id").by(&testkit::customer()).send().await;
    assert_eq!(answer.problem(400), "invalid-query");
    let answer = app.put("/api/v1/notification-preferences").header("if-match", "*");
    assert_eq!(answer.json(&serde_json::json!({})).send().await.problem(401), "unauthenticated");
}
