//! Starting: what is not there yet is waited for, what is wrong is named.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use contracts::Role;
use kernel::Clock;
use platform::migrate::{Migrations, WithContract, contract, down, up};
use platform::service::{StartError, start};
use platform::{Database, Settings};
use testkit::{TestDatabase, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::notes::{CONTRACT, MIGRATIONS, SERVICE};

fn settings(variables: &[(&str, &str)]) -> Settings {
    testkit::install_tls_provider();
    let ports = [("HTTP_ADDR", "127.0.0.1:0"), ("ADMIN_ADDR", "127.0.0.1:0")];
    let all = ports.iter().chain(variables).map(|(name, value)| (name.to_string(), value.to_string()));
    Settings::new(Role::Inventory, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_database_and_broker_it_lives_is_not_ready_and_says_why() {
    let nowhere = settings(&[
        ("DATABASE_URL", "postgres://inventory:secret@127.0.0.1:1/inventory"),
        ("AMQP_URL", "amqp://inventory:secret@127.0.0.1:1/shop"),
    ]);
    let shutdown = CancellationToken::new();
    let running = start(SERVICE, nowhere, Clock::default(), shutdown.clone()).await.unwrap();

    let live = reqwest::get(format!("http://{}/livez", running.admin)).await.unwrap();
    let ready = reqwest::get(format!("http://{}/readyz", running.admin)).await.unwrap();
    assert_eq!((live.status().as_u16(), ready.status().as_u16()), (200, 503));
    let gates = eventually("the schema's gate says more than that it starts", async || {
        let closed = running.health.closed();
        (closed["schema"] != "starting").then_some(closed)
    })
    .await;
    assert!(gates.contains_key("relay") && gates.contains_key("consumer"));
    assert!(!gates["schema"].contains("secret"));

    shutdown.cancel();
    running.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_wrong_variable_is_named() {
    let refused = async |variables: &[(&str, &str)]| match start(
        SERVICE,
        settings(variables),
        Clock::default(),
        CancellationToken::new(),
    )
    .await
    {
        Err(StartError::Config(error)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it started"),
    };
    assert_eq!(refused(&[]).await, "variable DATABASE_URL is not set");
    let database = ("DATABASE_URL", "postgres://a:b@127.0.0.1/c");
    assert_eq!(refused(&[database]).await, "variable AMQP_URL is not set");
    assert!(refused(&[("DATABASE_URL", "nonsense")]).await.starts_with("variable DATABASE_URL is wrong"));
    let days = refused(&[database, ("LEDGER_RETENTION_DAYS", "a few")]).await;
    assert!(days.starts_with("variable LEDGER_RETENTION_DAYS is wrong"), "{days}");
    let inbox = refused(&[database, ("INBOX_RETENTION_DAYS", "0")]).await;
    assert!(inbox.starts_with("variable INBOX_RETENTION_DAYS is wrong"), "{inbox}");
    let replica = refused(&[database, ("DATABASE_READ_URL", "nonsense")]).await;
    assert!(replica.starts_with("variable DATABASE_READ_URL is wrong"), "{replica}");
    assert!(refused(&[database, ("AMQP_URL", "http://x")]).await.starts_with("variable AMQP_URL is wrong"));
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_once_and_down_again() {
    let test_database = TestDatabase::create().await;
    let database = Database::from_settings(&settings(&[("DATABASE_URL", &test_database.url())])).unwrap();
    let tables = "SELECT count(*) AS number FROM information_schema.tables
                  WHERE table_name IN ('notes', 'outbox', 'inbox', 'idempotency_keys')";

    let two_at_once =
        tokio::join!(up(&database, Migrations(MIGRATIONS)), up(&database, Migrations(MIGRATIONS)));
    let ran = [two_at_once.0.unwrap(), two_at_once.1.unwrap()].concat();
    assert_eq!(ran.len(), 3, "each migration ran once: {ran:?}");
    assert_eq!(test_database.number(tables).await, 4);

    assert_eq!(down(&database, Migrations(MIGRATIONS), 1).await.unwrap().len(), 1);
    assert_eq!(test_database.number(tables).await, 3);
    assert_eq!(down(&database, Migrations(MIGRATIONS), 9).await.unwrap().len(), 2);
    assert_eq!(test_database.number(tables).await, 0);
    drop(database);
    test_database.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_old_pods_used_is_removed_when_asked_and_never_before_the_rest_is_there() {
    let test_database = TestDatabase::create().await;
    let settings =
        settings(&[("DATABASE_URL", &test_database.url()), ("AMQP_URL", "amqp://a:b@127.0.0.1:1/shop")]);
    let database = Database::from_settings(&settings).unwrap();
    let all = || WithContract(Migrations(MIGRATIONS), CONTRACT);
    let columns = "SELECT count(*) AS number FROM information_schema.columns
                   WHERE table_name = 'notes' AND column_name = 'text_before'";

    let early = contract(&database, all()).await.unwrap_err().to_string();
    assert!(early.starts_with("3 migrations are not applied yet"), "{early}");
    up(&database, Migrations(MIGRATIONS)).await.unwrap();
    assert_eq!(test_database.number(columns).await, 1, "pods of the release before still write it");

    let shutdown = CancellationToken::new();
    let running = start(SERVICE, settings, Clock::default(), shutdown.clone()).await.unwrap();
    eventually("new pods do not wait for the removal", async || {
        (!running.health.closed().contains_key("schema")).then_some(())
    })
    .await;

    for ran in [1, 0] {
        assert_eq!(contract(&database, all()).await.unwrap().len(), ran);
        assert_eq!(test_database.number(columns).await, 0);
    }
    assert_eq!(up(&database, Migrations(MIGRATIONS)).await.unwrap().len(), 0, "nor does the next release");
    assert_eq!(down(&database, all(), 1).await.unwrap(), ["00000000000900"]);
    assert_eq!(test_database.number(columns).await, 1);
    shutdown.cancel();
    running.stopped().await;
    drop(database);
    test_database.remove().await;
}

/// Whoever keeps connections open finds out by an answer, and not by a request that breaks.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_answers_for_a_while_and_closes_each_connection_with_the_answer() {
    let settings = settings(&[
        ("DATABASE_URL", "postgres://inventory:secret@127.0.0.1:1/inventory"),
        ("AMQP_URL", "amqp://inventory:secret@127.0.0.1:1/shop"),
        ("FAREWELL_SECONDS", "60"),
    ]);
    let leaving = CancellationToken::new();
    let running = start(SERVICE, settings, Clock::default(), leaving.clone()).await.unwrap();
    let address = running.http;
    let connect = async || TcpStream::connect(address).await.unwrap();
    let ask = async |stream: &mut TcpStream| {
        stream.write_all(b"GET /nothing HTTP/1.1\r\nhost: inventory\r\n\r\n").await.unwrap();
    };
    let mut kept = connect().await;
    ask(&mut kept).await;
    let mut first = Vec::new();
    while !first.ends_with(b"}") {
        assert!(kept.read_buf(&mut first).await.unwrap() > 0, "it was closed");
    }

    leaving.cancel();
    let asking = async {
        for mut stream in [kept, connect().await] {
            ask(&mut stream).await;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
            assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        }
    };
    tokio::select! {
        () = running.stopped() => panic!("it did not answer any more"),
        () = asking => {}
    }
}

/// A broker that hangs up on everyone; how often somebody has tried.
async fn broken_broker() -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let (address, tries) = (listener.local_addr().expect("it is bound"), Arc::new(AtomicUsize::new(0)));
    let counted = tries.clone();
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (format!("amqp://inventory:secret@{address}/shop"), tries)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_recorded_while_the_broker_is_away_do_not_hurry_the_relay() {
    let test_database = TestDatabase::create().await;
    let (amqp_url, tries) = broken_broker().await;
    let settings = settings(&[("DATABASE_URL", &test_database.url()), ("AMQP_URL", &amqp_url)]);
    up(&Database::from_settings(&settings).unwrap(), Migrations(MIGRATIONS)).await.unwrap();
    let shutdown = CancellationToken::new();
    let running = start(SERVICE, settings, Clock::default(), shutdown.clone()).await.unwrap();

    eventually("the outbox can be written", async || {
        (!running.health.closed().contains_key("partitions")).then_some(())
    })
    .await;

    let mut conn = test_database.connect().await;
    for _ in 0..200 {
        crate::notes::event().record(&mut conn).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    // Relay and consumer, each with pauses from 100 ms that double: some ten tries in two seconds.
    let tried = tries.load(Ordering::Relaxed);
    assert!((1..40).contains(&tried), "{tried} tries for 200 events");
    assert_eq!(test_database.number("SELECT count(*) AS number FROM outbox").await, 200);

    shutdown.cancel();
    running.stopped().await;
    test_database.remove().await;
}
