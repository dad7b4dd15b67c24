//! Slow, absent and blocked: nobody waits for another, nothing is lost, and the figures show it.

use std::collections::BTreeMap;

use contracts::messages::orders::{ReleaseStock, VoidPayment};
use contracts::messages::payments::PaymentVoided;
use contracts::{Envelope, Role};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use kernel::{Clock, OrderId};
use platform::migrate::{Migrations, up};
use platform::outbox::{Event, record_all};
use platform::service::{Running, start};
use platform::{ConfigError, Context, Database, Module, Service, Settings, metrics};
use serde_json::Value;
use testkit::{TestApp, TestBroker, TestDatabase, eventually};
use tokio_util::sync::CancellationToken;

use crate::alarm::AlarmProxy;
use crate::deaf::DeafProxy;
use crate::notes::{MIGRATIONS, SERVICE};

async fn notes(database: &TestDatabase) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Note {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let all = diesel::sql_query("SELECT text FROM notes ORDER BY id");
    let found: Vec<Note> = all.load(&mut database.connect().await).await.expect("there is a table of notes");
    found.into_iter().map(|note| note.text).collect()
}

fn command(order_id: OrderId, version: i64) -> Event {
    Event::new(&ReleaseStock { order_id }, Clock::default().now()).version(version)
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_one_subject_wait_for_each_other_and_others_go_on() {
    let app = TestApp::start(SERVICE).await;
    let order = OrderId::new();
    let (first, second) = (command(order, 1), command(order, 2));

    // Whoever handles the first waits here for its row of the inbox.
    let mut holding = app.database().connect().await;
    holding.batch_execute("BEGIN").await.unwrap();
    let id = first.envelope().id;
    let held = format!("INSERT INTO inbox (consumer, event_id) VALUES ('inventory', '{id}')");
    holding.batch_execute(&held).await.unwrap();

    for event in [&first, &second] {
        app.broker.deliver_envelope(event.envelope()).await;
    }
    let others: Vec<Event> = (0..8).map(|_| command(OrderId::new(), 1)).collect();
    for event in &others {
        app.broker.deliver_envelope(event.envelope()).await;
    }
    // One or two may share the lane.
    eventually("others are handled", async || (notes(app.database()).await.len() >= 6).then_some(())).await;
    let so_far = notes(app.database()).await;
    assert!(!so_far.iter().any(|note| note.starts_with(&order.to_string())), "{so_far:?}");

    holding.batch_execute("ROLLBACK").await.unwrap();
    eventually("all are handled", async || (notes(app.database()).await.len() == 10).then_some(())).await;
    let mut of_the_order = notes(app.database()).await;
    of_the_order.retain(|note| note.starts_with(&order.to_string()));
    assert_eq!(of_the_order, [format!("{order} 1"), format!("{order} 2")]);
}

/// A role that only publishes.
fn nothing(_: &Context) -> Result<Module, ConfigError> {
    Ok(Module::default())
}

async fn run(
    service: Service,
    database: &TestDatabase,
    amqp_url: String,
    shutdown: &CancellationToken,
) -> Running {
    let variables = [
        ("HTTP_ADDR", "127.0.0.1:0".to_owned()),
        ("ADMIN_ADDR", "127.0.0.1:0".to_owned()),
        ("DATABASE_URL", database.url()),
        ("AMQP_URL", amqp_url),
    ];
    testkit::install_tls_provider();
    let settings = Settings::new(service.role, variables.map(|(name, value)| (name.to_owned(), value)));
    up(&Database::from_settings(&settings).expect("a URL"), Migrations(MIGRATIONS)).await.expect("migrates");
    let running = start(service, settings, Clock::default(), shutdown.clone()).await.expect("starts");
    eventually("it is ready", async || running.health.closed().is_empty().then_some(())).await;
    running
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_was_away_catches_up_and_its_publisher_never_waited() {
    const ORDERS: usize = 100;
    const EACH: i64 = 20;
    let (broker, shutdown) = (TestBroker::create().await, CancellationToken::new());
    let (publishers, consumers) = (TestDatabase::create().await, TestDatabase::create().await);
    let publisher =
        Service { role: Role::Orders, migrations: Some(|| MIGRATIONS), contract: None, assemble: nothing };
    let publishing = run(publisher, &publishers, broker.url(Role::Orders), &shutdown).await;

    let orders: Vec<OrderId> = (0..ORDERS).map(|_| OrderId::new()).collect();
    let mut conn = publishers.connect().await;
    for version in 1..=EACH {
        let events: Vec<Event> = orders.iter().map(|order| command(*order, version)).collect();
        record_all(&events, &mut conn).await.unwrap();
        let elsewhere = VoidPayment { order_id: orders[0] };
        Event::new(&elsewhere, Clock::default().now()).record(&mut conn).await.unwrap();
    }
    eventually("all is published though nobody takes it", async || {
        (publishers.number("SELECT count(*) AS number FROM outbox").await == 0).then_some(())
    })
    .await;
    for _ in 0..EACH {
        broker.received(Role::Payments).await.expect("the other consumer's queue has its share");
    }

    let consuming = run(SERVICE, &consumers, broker.url(Role::Inventory), &shutdown).await;
    let waiting = || metrics::QUEUE_MESSAGES.with_label_values(&["inventory", "waiting"]).get();
    eventually("the queue's gauge has been set", async || (waiting() > 0).then_some(())).await;
    for part in 1..=4 {
        eventually(&format!("it has caught up by {part} of 4 parts"), async || {
            let handled = consumers.number("SELECT count(*) AS number FROM notes").await;
            (handled >= ORDERS as i64 * EACH / 4 * part).then_some(())
        })
        .await;
    }
    let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for note in notes(&consumers).await {
        let (order, version) = note.split_once(' ').unwrap();
        seen.entry(order.to_owned()).or_default().push(version.parse().unwrap());
    }
    let expected: Vec<i64> = (1..=EACH).collect();
    assert_eq!(seen.len(), ORDERS);
    assert!(seen.values().all(|versions| *versions == expected), "each once and in order");

    shutdown.cancel();
    publishing.stopped().await;
    consuming.stopped().await;
    broker.remove().await;
    publishers.remove().await;
    consumers.remove().await;
}

fn voided(order_id: OrderId, version: i64) -> Event {
    Event::new(&PaymentVoided { order_id }, Clock::default().now()).version(version)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_broker_is_in_alarm_messages_wait_in_the_outbox_and_leave_in_order_after() {
    let (broker, shutdown) = (TestBroker::create().await, CancellationToken::new());
    let database = TestDatabase::create().await;
    let mut url = url::Url::parse(&broker.url(Role::Payments)).unwrap();
    let proxy = AlarmProxy::before(&url).await;
    url.set_port(Some(proxy.port)).unwrap();
    let publisher =
        Service { role: Role::Payments, migrations: Some(|| MIGRATIONS), contract: None, assemble: nothing };
    let running = run(publisher, &database, url.to_string(), &shutdown).await;
    let captured = broker.capture(Role::Payments).await;
    let blocked = || metrics::BROKER_BLOCKED.with_label_values(&["payments"]).get();
    let (order, mut conn) = (OrderId::new(), database.connect().await);
    voided(order, 0).record(&mut conn).await.unwrap();
    captured.nth::<PaymentVoided>(0).await;

    proxy.sound(true);
    for version in 1..=300 {
        voided(order, version).record(&mut conn).await.unwrap();
    }
    eventually("the gauge says so", async || (blocked() == 1).then_some(())).await;
    assert_eq!(database.number("SELECT count(*) AS number FROM outbox").await, 300);
    // The relay holds nothing open meanwhile: whoever wants the table for itself gets it.
    let exclusive = conn
        .transaction(async |conn| {
            conn.batch_execute("SET LOCAL lock_timeout = '3s'; LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
                .await
        })
        .await;
    assert!(exclusive.is_ok(), "{exclusive:?}");
    let waiting = || metrics::OUTBOX_WAITING.with_label_values(&["payments"]).get();
    eventually("the backlog shows", async || (waiting() == 300).then_some(())).await;

    proxy.sound(false);
    eventually("all have left", async || {
        (database.number("SELECT count(*) AS number FROM outbox").await == 0).then_some(())
    })
    .await;
    assert_eq!(blocked(), 0);
    // What was on the way when the alarm came may arrive twice; the inbox sees to that.
    let mut first_times: Vec<Envelope<Value>> = vec![];
    for envelope in captured.all() {
        if !first_times.iter().any(|known| known.id == envelope.id) {
            first_times.push(envelope);
        }
    }
    let versions: Vec<i64> = first_times.iter().map(|envelope| envelope.aggregateversion).collect();
    assert_eq!(versions, (0..=300).collect::<Vec<_>>());

    shutdown.cancel();
    running.stopped().await;
    broker.remove().await;
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_greets_and_answers_nothing_more_is_left_for_a_new_connection() {
    let (broker, database) = (TestBroker::create().await, TestDatabase::create().await);
    let shutdown = CancellationToken::new();
    let mut url = url::Url::parse(&broker.url(Role::Inventory)).unwrap();
    let proxy = DeafProxy::before(&url).await;
    url.set_port(Some(proxy.port)).unwrap();
    let healing = async {
        eventually("relay and consumer ask in vain", async || (proxy.unheard() >= 2).then_some(())).await;
        proxy.heal();
    };
    let (running, ()) = tokio::join!(run(SERVICE, &database, url.to_string(), &shutdown), healing);

    broker.deliver(&ReleaseStock { order_id: OrderId::new() }).await;
    eventually("it is handled", async || (notes(&database).await.len() == 1).then_some(())).await;

    shutdown.cancel();
    running.stopped().await;
    broker.remove().await;
    database.remove().await;
}
