//! What the tables refuse: the ledger is only ever added to, and no level is what it must not be.

use chrono::TimeDelta;
use contracts::api::Page;
use contracts::api::inventory::MovementView;
use diesel_async::SimpleAsyncConnection;
use inventory::SERVICE;
use serde_json::{Value, json};
use testkit::{TestApp, eventually, seller};

use crate::warehouse::{Warehouse, line};

#[tokio::test(flavor = "multi_thread")]
async fn a_movement_can_be_neither_changed_nor_taken_back() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let mut conn = warehouse.app.database().connect().await;

    for statement in ["UPDATE movements SET on_hand_delta = 1", "DELETE FROM movements", "TRUNCATE movements"]
    {
        let refused = conn.batch_execute(statement).await.unwrap_err().to_string();
        assert!(refused.contains("only ever added"), "{statement}: {refused}");
    }

    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_promises_more_than_there_is_is_refused_by_the_database() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    warehouse.held(vec![line("CHAIR-1", 5)]).await;
    let mut conn = warehouse.app.database().connect().await;

    for statement in [
        "UPDATE stock SET reserved = 13",
        "UPDATE stock SET on_hand = 4",
        "UPDATE stock SET on_hand = -1, reserved = -1",
    ] {
        let refused = conn.batch_execute(statement).await.unwrap_err().to_string();
        assert!(refused.contains("check constraint"), "{statement}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_can_be_taken_back_and_run_again() {
    let app = TestApp::start(SERVICE).await;

    let (taken_back, run_again) = app.redo_newest_migration(SERVICE).await;

    assert_eq!((taken_back.len(), run_again), (1, taken_back));
}

async fn report(app: &TestApp) -> Value {
    reqwest::get(app.admin_url("/ledger-differences")).await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_does_not_add_up_is_noticed_and_listed() {
    let app = TestApp::start_with(SERVICE, &[("LEDGER_CHECK_SECONDS", "1")]).await;
    let warehouse = Warehouse { app, seller: seller() };
    for (text, pieces) in [("CHAIR-1", 12), ("TABLE-1", 5)] {
        warehouse.offer(text).await;
        warehouse.count(text, pieces).await;
    }
    warehouse.held(vec![line("CHAIR-1", 5)]).await;
    let checked = async || report(&warehouse.app).await["checked_at"].as_str().map(str::to_owned);
    let (before, first) = (warehouse.app.clock.now(), checked().await);
    let report_after = async |known: &Option<String>| {
        eventually("another round is over", async || {
            let now = checked().await;
            (now.is_some() && now != *known).then_some(())
        })
        .await;
        report(&warehouse.app).await
    };
    // A round may have begun before the last movement: the one after it has seen all.
    report_after(&first).await;
    let good = report_after(&checked().await).await;
    assert_eq!((&good["count"], &good["differences"]), (&json!(0), &json!([])));

    let mut conn = warehouse.app.database().connect().await;
    conn.batch_execute("UPDATE stock SET on_hand = on_hand + 2 WHERE sku = 'CHAIR-1'").await.unwrap();
    let wrong = eventually("the difference is found", async || {
        let report = report(&warehouse.app).await;
        (report["count"] != 0).then_some(report)
    })
    .await;

    let shelf = json!({ "sku": "CHAIR-1", "region": "main", "on_hand": 14, "reserved": 5, "sum_on_hand": 12, "sum_reserved": 5 });
    let whole = json!({ "sku": "CHAIR-1", "region": null, "on_hand": 12, "reserved": 5, "sum_on_hand": 14, "sum_reserved": 5 });
    assert_eq!(wrong["differences"], json!([whole, shelf]));
    let metrics = reqwest::get(warehouse.app.admin_url("/metrics")).await.unwrap().text().await.unwrap();
    let value = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.trim().parse::<i64>().ok()).unwrap()
    };
    assert!(value("shop_inventory_ledger_checked_timestamp_seconds ") >= before.timestamp());
    assert!(metrics.contains("\nshop_inventory_ledger_differences "), "{metrics}");
    // Not on the port that shoppers reach.
    assert_eq!(warehouse.app.get("/ledger-differences").send().await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn months_of_the_ledger_are_one_ledger() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    warehouse.app.clock.advance(TimeDelta::days(40));
    warehouse.count("CHAIR-1", 20).await;
    warehouse.app.clock.advance(TimeDelta::days(40));
    warehouse.count("CHAIR-1", 15).await;

    let months = "SELECT count(DISTINCT tableoid) AS number FROM movements";
    assert!(warehouse.number(months).await >= 2);
    let page: Page<MovementView> = {
        let get = warehouse.app.get("/api/v1/stock/CHAIR-1/movements?limit=2").by(&warehouse.seller);
        get.send().await.expect(200)
    };
    let deltas = |page: &Page<MovementView>| page.data.iter().map(|m| m.on_hand).collect::<Vec<_>>();
    assert_eq!(deltas(&page), [-5, 8]);
    let path = format!("/api/v1/stock/CHAIR-1/movements?after={}", page.next.unwrap());
    let rest: Page<MovementView> = warehouse.app.get(&path).by(&warehouse.seller).send().await.expect(200);
    assert_eq!(deltas(&rest), [12]);
    warehouse.assert_the_books_balance().await;
}
