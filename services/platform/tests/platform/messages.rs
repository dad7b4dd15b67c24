//! Outbox and inbox: nothing lost, nothing twice, order kept, bad messages parked.

use contracts::Role;
use contracts::messages::inventory::StockReleased;
use contracts::messages::orders::ReleaseStock;
use diesel_async::SimpleAsyncConnection;
use kernel::{EventId, OrderId};
use platform::Connection;
use platform::outbox::record_all;
use testkit::{TestApp, eventually};

use crate::notes::{SERVICE, UNANSWERED, event};

const NOTES: &str = "SELECT count(*) AS number FROM notes";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_has_its_effect_once_and_is_answered_with_its_story() {
    let app = TestApp::start(SERVICE).await;
    let command = ReleaseStock { order_id: OrderId::new() };

    let envelope = app.broker.deliver(&command).await;
    app.broker.deliver_envelope(&envelope).await;
    let again = app.broker.deliver(&command).await;

    app.published.nth::<StockReleased>(1).await;
    let answers = app.published.all();
    assert_eq!(app.database().number(NOTES).await, 2, "twice the same message, once another one");
    assert_eq!(answers[0].correlationid, Some(command.order_id.to_string()));
    assert!(answers.iter().any(|answer| answer.causationid == Some(envelope.id)));
    assert!(answers.iter().any(|answer| answer.causationid == Some(again.id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_transaction_that_fails_is_never_published() {
    let app = TestApp::start(SERVICE).await;
    assert_eq!(app.post("/events").send().await.problem(409), "changed-my-mind");

    let committed = event();
    committed.record(&mut app.database().connect().await).await.unwrap();

    app.published.first::<StockReleased>().await;
    assert_eq!(app.published.all().len(), 1);
    assert_eq!(app.published.all()[0].id, committed.envelope().id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_arrive_in_the_order_in_which_they_were_recorded() {
    let app = TestApp::start(SERVICE).await;
    let mut conn: Connection = app.database().connect().await;
    let events: Vec<_> = (0..1000).map(|version| event().version(version)).collect();
    for batch in events.chunks(300) {
        record_all(batch, &mut conn).await.unwrap();
    }

    app.published.nth::<StockReleased>(999).await;
    let versions: Vec<i64> = app.published.all().iter().map(|envelope| envelope.aggregateversion).collect();
    assert_eq!(versions, (0..1000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_message_is_parked_as_it_came() {
    let app = TestApp::start(SERVICE).await;
    app.broker.deliver_raw("shop.orders", "stock.release.v1", b"not a message").await;

    let parked = eventually("it is parked", async || app.broker.parked(Role::Inventory).await).await;
    assert_eq!(parked, b"not a message");
    assert_eq!(app.database().number(NOTES).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_another_shape_is_parked_and_changes_nothing() {
    let app = TestApp::start(SERVICE).await;
    let mut envelope = event().envelope().clone();
    envelope.source = "/shop/orders".to_owned();
    envelope.kind = "stock.release.v1".to_owned();
    envelope.data = serde_json::json!({ "order": 7 });
    app.broker.deliver_envelope(&envelope).await;

    eventually("it is parked", async || app.broker.parked(Role::Inventory).await).await;
    assert_eq!(app.database().number("SELECT count(*) AS number FROM inbox").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_statement_fails_comes_back_until_it_succeeds() {
    let app = TestApp::start(SERVICE).await;
    let mut conn = app.database().connect().await;
    conn.batch_execute("ALTER TABLE notes RENAME TO notes_away").await.unwrap();
    app.broker.deliver(&ReleaseStock { order_id: OrderId::new() }).await;
    eventually("it has failed once", async || {
        let failed =
            platform::metrics::MESSAGES.with_label_values(&["inventory", "stock.release.v1", "retried"]);
        (failed.get() > 0).then_some(())
    })
    .await;

    conn.batch_execute("ALTER TABLE notes_away RENAME TO notes").await.unwrap();
    app.published.first::<StockReleased>().await;
    assert_eq!(app.database().number(NOTES).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roles_broker_user_may_neither_read_nor_write_what_is_not_its_own() {
    use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions};
    use lapin::{BasicProperties, Connection, ConnectionProperties};
    let app = TestApp::start(SERVICE).await;
    let as_catalog =
        Connection::connect(&app.broker.url(Role::Catalog), ConnectionProperties::default()).await.unwrap();

    let channel = as_catalog.create_channel().await.unwrap();
    let read = channel.basic_get("orders".into(), BasicGetOptions::default()).await;
    assert!(read.unwrap_err().to_string().contains("ACCESS_REFUSED"));

    let channel = as_catalog.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let (exchange, key) = ("shop.orders".into(), "stock.release.v1".into());
    let published = channel
        .basic_publish(exchange, key, BasicPublishOptions::default(), b"{}", BasicProperties::default())
        .await
        .unwrap()
        .await;
    assert!(published.unwrap_err().to_string().contains("ACCESS_REFUSED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_statement_is_never_answered_is_tried_again_elsewhere() {
    let app = TestApp::start(SERVICE).await;
    let mut envelope = app.broker.deliver(&ReleaseStock { order_id: OrderId::new() }).await;
    (envelope.id, envelope.aggregateversion) = (EventId::new(), UNANSWERED);
    app.broker.deliver_envelope(&envelope).await;
    let noted = async || (app.database().number(NOTES).await == 2).then_some(());
    eventually("both have had their effect", noted).await;
    app.published.nth::<StockReleased>(1).await;
}
