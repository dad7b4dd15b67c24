//! Partitions of real tables: there before rows come, found by rows, gone when they are old.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use contracts::messages::inventory::StockReleased;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use kernel::Timestamp;
use platform::outbox::Event;
use testkit::{TestApp, eventually};

use crate::notes::SERVICE;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn names(app: &TestApp, query: &str) -> BTreeSet<String> {
    let found: Vec<Name> =
        diesel::sql_query(query).load(&mut app.database().connect().await).await.expect("it is a query");
    found.into_iter().map(|Name { name }| name).collect()
}

async fn partitions(app: &TestApp, table: &str) -> BTreeSet<String> {
    let query = format!(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = '{table}'::regclass"
    );
    names(app, &query).await
}

/// The partitions from last month to three ahead.
fn needed(table: &str, now: Timestamp) -> BTreeSet<String> {
    use chrono::Datelike;
    let this = now.year() * 12 + now.month0().cast_signed();
    (this - 1..=this + 3).map(|month| format!("{table}_p{}_{:02}", month / 12, month % 12 + 1)).collect()
}

fn of_month(table: &str, at: Timestamp) -> String {
    format!("{table}_p{}", at.format("%Y_%m"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_ready_has_its_partitions_and_rows_find_theirs() {
    let app = TestApp::start(SERVICE).await;
    let now = app.clock.now();
    for table in ["ledger", "stories", "chapters", "outbox"] {
        assert_eq!(partitions(&app, table).await, needed(table, now));
    }

    let (id, later) = (uuid::Uuid::now_v7(), now + TimeDelta::days(80));
    let mut conn = app.database().connect().await;
    conn.batch_execute(&format!(
        "INSERT INTO stories (id) VALUES ('{id}'); INSERT INTO chapters VALUES ('{id}', 1);
         INSERT INTO ledger VALUES ('{now}', 'now'), ('{later}', 'later')"
    ))
    .await
    .unwrap();

    let places = "SELECT tableoid::regclass::text AS name FROM stories UNION ALL
                  SELECT tableoid::regclass::text FROM chapters UNION ALL
                  SELECT tableoid::regclass::text FROM ledger";
    let expected = [
        of_month("stories", now),
        of_month("chapters", now),
        of_month("ledger", now),
        of_month("ledger", later),
    ];
    assert_eq!(names(&app, places).await, BTreeSet::from(expected));
    let refused = conn.batch_execute(&format!("INSERT INTO ledger VALUES ('{now}', 'refused')")).await;
    assert!(refused.unwrap_err().to_string().contains("check"), "a partition checks what its table checks");
    let untold = "SELECT count(*) AS number FROM stories WHERE text = 'untold'";
    assert_eq!(app.database().number(untold).await, 1, "a partition has the defaults of its table");
    let indexed = "SELECT count(*) AS number FROM pg_indexes WHERE tablename LIKE 'ledger_p%'";
    assert_eq!(app.database().number(indexed).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_retention_goes_with_what_points_to_it_and_the_rest_stays() {
    let mut app = TestApp::start(SERVICE).await;
    let (start, id) = (app.clock.now(), uuid::Uuid::now_v7());
    let mut conn = app.database().connect().await;
    conn.batch_execute(&format!(
        "INSERT INTO stories (id) VALUES ('{id}'); INSERT INTO chapters VALUES ('{id}', 1);
         INSERT INTO ledger VALUES ('{start}', 'kept for ever')"
    ))
    .await
    .unwrap();
    // What has not been published yet must not go, however old: no relay drains while this session has its lock.
    conn.batch_execute("SELECT pg_advisory_lock(hashtextextended('outbox', 0))").await.unwrap();
    crate::notes::event().record(&mut conn).await.unwrap();

    app.clock.advance(TimeDelta::days(95));
    app.start_replica().await;

    let now = app.clock.now();
    let stories = "SELECT count(*) + (SELECT count(*) FROM chapters) AS number FROM stories";
    eventually("the old months are gone", async || {
        let (stories, chapters) = (partitions(&app, "stories").await, partitions(&app, "chapters").await);
        let gone = !stories.contains(&of_month("stories", start));
        (gone && chapters == needed("chapters", now) && stories == needed("stories", now)).then_some(())
    })
    .await;
    assert_eq!(app.database().number(stories).await, 0);
    assert!(partitions(&app, "ledger").await.is_superset(&needed("ledger", start)));
    assert_eq!(app.database().number("SELECT count(*) AS number FROM ledger").await, 1);
    assert!(partitions(&app, "outbox").await.contains(&of_month("outbox", start)));

    conn.batch_execute("SELECT pg_advisory_unlock_all()").await.unwrap();
    app.published.nth::<StockReleased>(0).await;
    eventually("the outbox is empty", async || {
        (app.database().number("SELECT count(*) AS number FROM outbox").await == 0).then_some(())
    })
    .await;
    app.clock.advance(TimeDelta::hours(1));
    eventually("the empty month of the outbox is gone", async || {
        (partitions(&app, "outbox").await == needed("outbox", now)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_make_partitions_at_once_take_turns() {
    let mut app = TestApp::start(SERVICE).await;
    app.start_replica().await;
    app.start_replica().await;
    let mut conn = app.database().connect().await;
    for round in 0..5 {
        for table in ["ledger", "outbox"] {
            for partition in partitions(&app, table).await {
                conn.batch_execute(&format!("DROP TABLE {partition}")).await.unwrap();
            }
        }
        app.clock.advance(TimeDelta::hours(1));
        eventually(&format!("partitions are back in round {round}"), async || {
            let (ledger, outbox) = (partitions(&app, "ledger").await, partitions(&app, "outbox").await);
            let now = app.clock.now();
            (ledger == needed("ledger", now) && outbox == needed("outbox", now)).then_some(())
        })
        .await;
    }
    let event: Event = crate::notes::event();
    event.record(&mut conn).await.unwrap();
    app.published.nth::<StockReleased>(0).await;
}
