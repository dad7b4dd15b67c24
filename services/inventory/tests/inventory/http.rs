//! Sellers set and see the levels of what is theirs.

use contracts::api::ProblemBody;
use contracts::api::inventory::{RegionStock, StockView};
use contracts::messages::inventory::StockLevelChanged;
use kernel::{Region, UserId};
use serde_json::json;
use testkit::{customer, seller};

use crate::warehouse::{Warehouse, line, path, product, sku};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_sku_has_an_empty_shelf_that_its_seller_fills() {
    let warehouse = Warehouse::open().await;
    warehouse.offer("CHAIR-1").await;
    assert_eq!(warehouse.level("CHAIR-1").await, (0, 0));

    let view = warehouse.count("CHAIR-1", 12).await;

    let main = RegionStock { region: Region::default(), on_hand: 12, reserved: 0, available: 12 };
    let full = StockView {
        sku: sku("CHAIR-1"),
        on_hand: 12,
        reserved: 0,
        available: 12,
        threshold: 0,
        low: false,
        regions: vec![main],
    };
    assert_eq!((&view, warehouse.view("CHAIR-1").await), (&full, full.clone()));
    let announced = warehouse.announced("CHAIR-1", 1).await;
    assert_eq!(announced, StockLevelChanged { sku: sku("CHAIR-1"), on_hand: 12, available: 12 });
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_what_is_known_changes_nothing() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;

    warehouse.count("CHAIR-1", 12).await;

    assert_eq!(warehouse.number("SELECT version AS number FROM skus").await, 1);
    assert_eq!(warehouse.number("SELECT count(*) AS number FROM movements").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_its_sellers_alone() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let app = &warehouse.app;
    let body = json!({ "on_hand": 0 });
    let chair = path("CHAIR-1");

    assert_eq!(app.get(&chair).send().await.problem(401), "unauthenticated");
    assert_eq!(app.put(&chair).json(&body).send().await.problem(401), "unauthenticated");
    let expired = app.tokens.token(warehouse.seller.0, &warehouse.seller.1, -60);
    assert_eq!(app.put(&chair).bearer(&expired).json(&body).send().await.problem(401), "unauthenticated");
    assert_eq!(app.get(&chair).by(&customer()).send().await.problem(403), "forbidden");
    assert_eq!(app.put(&chair).by(&customer()).json(&body).send().await.problem(403), "forbidden");
    // Another seller's SKU looks like one that does not exist.
    for path in [chair, path("NOT-THERE"), path("no%20sku")] {
        assert_eq!(app.get(&path).by(&seller()).send().await.problem(404), "not-found");
        assert_eq!(app.put(&path).by(&seller()).json(&body).send().await.problem(404), "not-found");
    }

    assert_eq!(warehouse.level("CHAIR-1").await, (12, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_can_not_be_is_refused() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let put = || warehouse.app.put("/api/v1/stock/CHAIR-1").by(&warehouse.seller);

    for on_hand in [-1, 1_000_000_001, i64::MIN, i64::MAX] {
        let answer = put().json(&json!({ "on_hand": on_hand })).send().await;
        assert_eq!(answer.problem(422), "invalid-body");
        assert_eq!(answer.expect::<ProblemBody>(422).errors[0].field, "on_hand");
    }
    for body in [json!({ "on_hand": 1.5 }), json!({ "on_hand": "12" }), json!({})] {
        assert_eq!(put().json(&body).send().await.problem(422), "invalid-body");
    }
    assert_eq!(put().body("application/json", "[").send().await.problem(400), "malformed-body");

    assert_eq!(warehouse.level("CHAIR-1").await, (12, 0));
    assert_eq!(warehouse.count("CHAIR-1", 1_000_000_000).await.on_hand, 1_000_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_can_not_be_counted_away() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    warehouse.held(vec![line("CHAIR-1", 5)]).await;

    let answer = warehouse.app.put("/api/v1/stock/CHAIR-1").by(&warehouse.seller);
    assert_eq!(answer.json(&json!({ "on_hand": 4 })).send().await.problem(409), "stock-reserved");

    assert_eq!(warehouse.level("CHAIR-1").await, (12, 5));
    assert_eq!(warehouse.count("CHAIR-1", 5).await.available, 0);
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_is_announced_twice_keeps_its_seller_and_its_stock() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let broker = &warehouse.app.broker;

    let again = broker.deliver(&product("CHAIR-1", warehouse.seller.0)).await;
    broker.deliver_envelope(&again).await;
    broker.deliver(&product("CHAIR-1", UserId::new())).await;
    // Behind them in the queue.
    warehouse.offer("CHAIR-2").await;
    testkit::eventually("all are handled", async || {
        (warehouse.number("SELECT count(*) AS number FROM inbox").await == 4).then_some(())
    })
    .await;

    assert_eq!(warehouse.level("CHAIR-1").await, (12, 0));
}
