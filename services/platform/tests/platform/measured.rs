//! What is measured is true: of requests, of the pool of connections, of the queue, and of what the broker says itself.

use actix_web::web;
use chrono::TimeDelta;
use contracts::messages::orders::ReleaseStock;
use contracts::{Role, load, topology};
use diesel_async::SimpleAsyncConnection;
use kernel::{Clock, OrderId};
use lapin::options::BasicGetOptions;
use platform::outbox::Event;
use platform::{ConfigError, Context, Database, Module, Service};
use reqwest::Method;
use testkit::{TestApp, TestBroker, eventually};
use tokio::sync::Semaphore;

use crate::notes::{MIGRATIONS, SERVICE};

/// Nobody else here is it, so its figures are those of the one test that starts it.
const USERS: Service =
    Service { role: Role::Users, migrations: Some(|| MIGRATIONS), contract: None, assemble };
const CATALOG: Service =
    Service { role: Role::Catalog, migrations: Some(|| MIGRATIONS), contract: None, assemble };

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let database = web::Data::new(context.database());
    Ok(Module::default().routes(move |config| {
        config.app_data(database.clone());
        config.route("/slow", web::get().to(slow));
        config.route("/broken", web::get().to(broken));
    }))
}

/// Closed: whoever waits goes on.
static DOOR: Semaphore = Semaphore::const_new(0);

/// With a connection in hand.
async fn slow(database: web::Data<Database>) -> &'static str {
    let _connection = database.connect().await;
    assert!(DOOR.acquire().await.is_err(), "nobody hands out permits");
    "at last"
}

async fn broken() -> &'static str {
    panic!("as a handler might")
}

/// The value of the one series whose labels hold all of these; 0 where it is not there.
async fn value(app: &TestApp, name: &str, labels: &[&str]) -> f64 {
    find(&app.metrics().await, name, labels).unwrap_or_default()
}

fn find(text: &str, name: &str, labels: &[&str]) -> Option<f64> {
    text.lines().find_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let of_series = series.strip_prefix(name)?.strip_prefix('{')?;
        labels.iter().all(|label| of_series.contains(label)).then(|| value.parse().ok()).flatten()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_in_flight_until_it_is_answered_or_breaks() {
    let app = TestApp::start_with(USERS, &[("DATABASE_POOL_SIZE", "1")]).await;
    let users = &[r#"role="users""#];
    let in_flight = async || value(&app, load::HTTP_REQUESTS_IN_FLIGHT, users).await;
    let waiting = async || value(&app, "shop_database_pool_waiting", &[users[0], r#"pool="primary""#]).await;
    let both_seen = async {
        eventually("both are in flight, one of them with the only connection", async || {
            (in_flight().await == 2.0 && waiting().await >= 1.0).then_some(())
        })
        .await;
        DOOR.close();
    };
    let (first, second, ()) = tokio::join!(app.get("/slow").send(), app.get("/slow").send(), both_seen);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    assert_eq!(in_flight().await, 0.0);

    assert!(reqwest::get(app.url("/broken")).await.is_err());
    eventually("the broken one neither", async || (in_flight().await == 0.0).then_some(())).await;
    assert_eq!(value(&app, load::HTTP_REQUESTS, users).await, 2.0, "as many as were answered");

    let pool = |state| [users[0], r#"pool="primary""#, state];
    assert_eq!(value(&app, "shop_database_pool_connections_max", &pool("")).await, 1.0);
    let state = async |state| value(&app, "shop_database_pool_connections", &pool(state)).await;
    eventually("the connection is idle again", async || {
        (state(r#"state="idle""#).await == 1.0 && state(r#"state="in_use""#).await == 0.0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_makes_no_new_series() {
    let app = TestApp::start(CATALOG).await;
    let series = async || {
        let text = app.metrics().await;
        let name = format!("{}_count{{", load::HTTP_REQUEST_SECONDS);
        text.lines().filter(|line| line.starts_with(&name) && line.contains(r#"role="catalog""#)).count()
    };
    for number in 0..20 {
        app.get(&format!("/nowhere/{number}?q={number}")).send().await;
        let method = Method::from_bytes(format!("METHOD{number}").as_bytes()).expect("it is a token");
        app.request(method, "/slow").send().await;
    }
    assert_eq!(series().await, 2, "GET and other, both of no route: {}", app.metrics().await);
    assert_eq!(value(&app, load::HTTP_REQUESTS, &[r#"role="catalog""#]).await, 40.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_grows_old_while_its_consumer_is_stuck_and_is_young_again_after() {
    let app = TestApp::start(SERVICE).await;
    // Each replica's answer is its own, though the gauge is the process's.
    let age = async || value(&app, load::QUEUE_AGE_SECONDS, &[r#"role="inventory""#]).await;
    assert!(age().await < 1.0);
    let event = Event::new(&ReleaseStock { order_id: OrderId::new() }, Clock::default().now());
    let mut holding = app.database().connect().await;
    let id = event.envelope().id;
    let held = format!("BEGIN; INSERT INTO inbox (consumer, event_id) VALUES ('inventory', '{id}')");
    holding.batch_execute(&held).await.unwrap();

    app.broker.deliver_envelope(event.envelope()).await;
    eventually("it is in hand", async || (age().await > 0.0).then_some(())).await;
    app.clock.advance(TimeDelta::hours(1));
    assert!((3_600.0..3_610.0).contains(&age().await));

    holding.batch_execute("ROLLBACK").await.unwrap();
    eventually("it is handled", async || (age().await == 0.0).then_some(())).await;
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(age().await, 0.0, "after an idle hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_calls_its_own_figures_what_we_ask_for() {
    let broker = TestBroker::create().await;
    for _ in 0..3 {
        broker.deliver(&ReleaseStock { order_id: OrderId::new() }).await;
    }
    let role = broker.url(Role::Inventory);
    let connection = lapin::Connection::connect(&role, lapin::ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queue = topology::queue(Role::Inventory);
    let _unsettled = channel.basic_get(queue.as_str().into(), BasicGetOptions::default()).await.unwrap();

    let labels = [format!("vhost=\"{}\"", broker.vhost), format!("queue=\"{queue}\"")];
    let labels = [labels[0].as_str(), labels[1].as_str()];
    eventually("two wait, one is not acknowledged", async || {
        let text = reqwest::get(testkit::broker_metrics()).await.unwrap().text().await.unwrap();
        let figure = |name| find(&text, name, &labels);
        let both = (figure(load::BROKER_WAITING), figure(load::BROKER_UNACKNOWLEDGED));
        (both == (Some(2.0), Some(1.0))).then_some(())
    })
    .await;
    broker.remove().await;
}
