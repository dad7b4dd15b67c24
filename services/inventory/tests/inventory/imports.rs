//! Files of counted stock.

use contracts::api::Page;
use contracts::api::erp::{IMPORT_LIMIT, ImportErrorView, ImportStatus, ImportView};
use kernel::Sku;
use serde_json::Value;
use testkit::{Response, TestApp, customer, eventually, seller};

use crate::warehouse::{Person, publish};

async fn send(app: &TestApp, seller: &Person, key: &str, query: &str, kind: &str, content: &str) -> Response {
    let request = app.post(&format!("/api/v1/stock-imports{query}")).by(seller).idempotency_key(key);
    request.body(kind, content.to_owned()).send().await
}

async fn finished(app: &TestApp, seller: &Person, taken: &ImportView) -> ImportView {
    eventually("the import is finished", async || {
        let path = format!("/api/v1/stock-imports/{}", taken.id);
        let now: ImportView = app.get(&path).by(seller).send().await.expect(200);
        now.finished_at.is_some().then_some(now)
    })
    .await
}

async fn errors(app: &TestApp, seller: &Person, taken: &ImportView) -> Vec<(i32, String)> {
    let path = format!("/api/v1/stock-imports/{}/errors?limit=100", taken.id);
    let page: Page<ImportErrorView> = app.get(&path).by(seller).send().await.expect(200);
    page.data.into_iter().map(|error| (error.row, error.field)).collect()
}

async fn on_hand(app: &TestApp, seller: &Person, sku: &Sku) -> i64 {
    app.get(&format!("/api/v1/stock/{sku}")).by(seller).send().await.expect::<Value>(200)["on_hand"]
        .as_i64()
        .expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_tried_first_and_then_applied_once_under_its_key() {
    let app = TestApp::start(inventory::SERVICE).await;
    let seller = seller();
    let (chair, table) =
        (publish(&app, &seller, "CHAIR-1", 1).await, publish(&app, &seller, "TABLE-1", 1).await);
    let csv = format!("sku,region,on_hand\n{chair},,25\n{table},north,3\n");

    let tried: ImportView = send(&app, &seller, "a", "?dry_run=true", "text/csv", &csv).await.expect(202);
    let tried = finished(&app, &seller, &tried).await;
    assert_eq!((tried.status, tried.rows, tried.errors), (ImportStatus::Valid, 2, 0));
    assert_eq!(on_hand(&app, &seller, &chair).await, 1);

    let taken: ImportView = send(&app, &seller, "b", "", "text/csv; charset=utf-8", &csv).await.expect(202);
    let done = finished(&app, &seller, &taken).await;
    assert_eq!((done.status, done.processed), (ImportStatus::Applied, 2));
    assert_eq!((on_hand(&app, &seller, &chair).await, on_hand(&app, &seller, &table).await), (25, 4));

    let again = send(&app, &seller, "b", "", "text/csv; charset=utf-8", &csv).await;
    assert_eq!(again.expect::<ImportView>(202).id, taken.id);
    let other = send(&app, &seller, "b", "", "text/csv", "sku,on_hand\nA,1\n").await;
    assert_eq!(other.problem(422), "idempotency-key-reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_broken_rows_names_them_and_changes_nothing() {
    let app = TestApp::start(inventory::SERVICE).await;
    let seller = seller();
    let chair = publish(&app, &seller, "CHAIR-1", 1).await;
    let other = testkit::seller();
    let foreign = publish(&app, &other, "LAMP-1", 1).await;
    let csv = format!("sku,on_hand\n{chair},9\nnone,1\n{foreign},5\n{chair},-2\nGHOST-1,1\n");
    let taken: ImportView = send(&app, &seller, "a", "", "text/csv", &csv).await.expect(202);
    let done = finished(&app, &seller, &taken).await;
    assert_eq!((done.status, done.rows, done.errors), (ImportStatus::Rejected, 5, 4));
    let expected = [(2, "sku"), (3, "sku"), (4, "on_hand"), (5, "sku")];
    assert_eq!(errors(&app, &seller, &taken).await, expected.map(|(row, field)| (row, field.to_owned())));
    assert_eq!(on_hand(&app, &seller, &chair).await, 1);
    assert_eq!(on_hand(&app, &other, &foreign).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_is_applied_in_parts_by_two_replicas_as_if_by_one() {
    let mut app = TestApp::start(inventory::SERVICE).await;
    app.start_replica().await;
    let seller = seller();
    let mut rows = Vec::new();
    for number in 0..30 {
        let sku = publish(&app, &seller, &format!("SKU-{number}"), 0).await;
        rows.extend(
            (0..10)
                .map(|region| serde_json::json!({"sku": sku, "region": format!("r{region}"), "on_hand": 7})),
        );
    }
    let json = serde_json::to_string(&rows).unwrap();
    let taken: ImportView = send(&app, &seller, "a", "", "application/json", &json).await.expect(202);
    let done = finished(&app, &seller, &taken).await;
    assert_eq!((done.status, done.rows, done.processed), (ImportStatus::Applied, 300, 300));
    let total = app.database().number("SELECT sum(on_hand)::bigint AS number FROM stock").await;
    let moves = app.database().number("SELECT count(*) AS number FROM movements").await;
    assert_eq!((total, moves), (2_100, 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_stock_is_refused_at_the_door() {
    let app = TestApp::start(inventory::SERVICE).await;
    let seller = seller();
    let wrong = send(&app, &seller, "a", "", "application/xml", "<stock/>").await;
    assert_eq!(wrong.problem(415), "unsupported-media-type");
    let large = send(&app, &seller, "a", "", "text/csv", &"x".repeat(IMPORT_LIMIT + 1)).await;
    assert_eq!(large.problem(413), "body-too-large");
    let query = send(&app, &seller, "a", "?dry_run=maybe", "text/csv", "sku,on_hand\n").await;
    assert_eq!(query.problem(400), "invalid-query");
    let keyless = app.post("/api/v1/stock-imports").by(&seller).body("text/csv", "sku").send().await;
    assert_eq!(keyless.problem(400), "idempotency-key-missing");
    let shopper = send(&app, &customer(), "a", "", "text/csv", "sku,on_hand\n").await;
    assert_eq!(shopper.problem(403), "forbidden");

    let taken: ImportView = send(&app, &seller, "a", "", "text/csv", "").await.expect(202);
    assert_eq!(finished(&app, &seller, &taken).await.status, ImportStatus::Rejected);
    assert_eq!(errors(&app, &seller, &taken).await, [(0, "file".to_owned())]);
    let path = format!("/api/v1/stock-imports/{}", taken.id);
    assert_eq!(app.get(&path).by(&testkit::seller()).send().await.problem(404), "not-found");
    assert!(errors(&app, &testkit::seller(), &taken).await.is_empty());
}
