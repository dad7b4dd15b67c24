//! Reading from a replica, and forgetting what is old.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use contracts::Role;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use platform::{Connection, Database, Settings};
use testkit::{TestApp, TestDatabase, eventually};

use crate::notes::SERVICE;

fn database(url: String, read_url: String) -> Database {
    let variables = [("DATABASE_URL".to_owned(), url), ("DATABASE_READ_URL".to_owned(), read_url)];
    Database::from_settings(&Settings::new(Role::Inventory, variables)).expect("both are URLs")
}

async fn is_read_only(conn: &mut Connection) -> bool {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let asked = diesel::sql_query("SELECT current_setting('transaction_read_only') AS value");
    asked.get_result::<Setting>(conn).await.expect("it answers").value == "on"
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_go_to_the_replica_where_nothing_can_be_written() {
    let server = TestDatabase::create().await;
    let database = database(server.url(), server.url());

    assert!(!is_read_only(&mut database.connect().await.unwrap()).await);
    let mut reading = database.read().await.unwrap();
    assert!(is_read_only(&mut reading).await);
    assert!(reading.batch_execute("CREATE TABLE mistake ()").await.is_err());

    drop((reading, database));
    server.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_replica_is_away_the_primary_reads_and_nobody_waits_for_long() {
    let server = TestDatabase::create().await;
    // Takes connections and never says anything.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://a:b@{}/c", silent.local_addr().unwrap());
    let database = database(server.url(), url);
    let counted = || platform::metrics::READ_FALLBACKS.with_label_values(&["inventory"]).get();

    let (before, started) = (counted(), Instant::now());
    for _ in 0..20 {
        assert!(!is_read_only(&mut database.read().await.unwrap()).await);
    }
    assert!(started.elapsed() < Duration::from_secs(3), "{:?} for 20 reads", started.elapsed());
    assert_eq!(counted() - before, 20);

    drop(database);
    server.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_again_is_waited_for() {
    let server = TestDatabase::create().await;
    let mut url: url::Url = server.url().parse().unwrap();
    let real = (url.host_str().unwrap().to_owned(), url.port().unwrap());
    let (socket, address) = testkit::refusing();
    url.set_ip_host(address.ip()).unwrap();
    url.set_port(Some(address.port())).unwrap();
    let database = database(url.to_string(), url.to_string());

    let asking = async { is_read_only(&mut database.connect().await.unwrap()).await };
    let starting = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let listener = socket.listen(8).unwrap();
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            let mut there = tokio::net::TcpStream::connect(&real).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
        }
    };
    tokio::select! {
        read_only = asking => assert!(!read_only),
        () = starting => {}
    }

    drop(database);
    server.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_outage_that_lasts_nobody_waits() {
    let (_socket, address) = testkit::refusing();
    let nowhere = format!("postgres://a:b@{address}/c");
    let database = database(nowhere.clone(), nowhere);
    assert!(database.connect().await.is_err(), "nobody listens");

    let began = Instant::now();
    for _ in 0..20 {
        assert!(database.connect().await.is_err());
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?} for 20 failures", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_inbox_and_the_keys_need_not_remember_is_deleted_in_batches() {
    let app = TestApp::start(SERVICE).await;
    let mut conn = app.database().connect().await;
    conn.batch_execute(
        "INSERT INTO inbox (consumer, event_id, received_at)
             SELECT 'inventory', gen_random_uuid(), now() - interval '14 days 1 hour' FROM generate_series(1, 4500);
         INSERT INTO inbox (consumer, event_id, received_at)
             SELECT 'inventory', gen_random_uuid(), now() - interval '13 days' FROM generate_series(1, 7);
         INSERT INTO idempotency_keys (principal, route, key, request_hash, status, body, created_at)
             SELECT gen_random_uuid(), 'POST /notes', age, '', 201, '{}', now() - age::interval
             FROM unnest(ARRAY['25 hours', '23 hours']) AS age",
    )
    .await
    .unwrap();

    app.clock.advance(TimeDelta::minutes(2));
    let left =
        "SELECT (SELECT count(*) FROM inbox) * 100 + (SELECT count(*) FROM idempotency_keys) AS number";
    eventually("only the young are left", async || (app.database().number(left).await == 701).then_some(()))
        .await;
    app.clock.advance(TimeDelta::hours(1));
    eventually("the other key is old too", async || (app.database().number(left).await == 700).then_some(()))
        .await;
}
