//! Sellers hear of it when too little is left, and hear it once.

use contracts::Message;
use contracts::api::Page;
use contracts::api::inventory::{StockThreshold, StockView};
use contracts::messages::inventory::StockLow;
use contracts::messages::inventory::StockReleased;
use contracts::messages::orders::ReleaseStock;
use serde_json::json;
use testkit::seller;

use crate::warehouse::{Warehouse, line, path, sku};

async fn threshold(warehouse: &Warehouse, text: &str, threshold: i64) -> StockView {
    let put = warehouse.app.put(&format!("{}/threshold", path(text))).by(&warehouse.seller);
    put.json(&StockThreshold { threshold }).send().await.expect(200)
}

/// With the versions of the levels that they tell of. All that was said before the last level has been heard with it.
async fn warnings(warehouse: &Warehouse, text: &str, version: i64) -> Vec<(i64, StockLow)> {
    warehouse.announced(text, version + 1).await;
    let all = warehouse.app.published.all();
    let low = all.iter().filter(|e| e.kind == StockLow::TYPE && e.subject == text);
    low.map(|e| (e.aggregateversion, e.data_as().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_falls_below_the_threshold_is_told_once_until_there_is_enough_again() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let view = threshold(&warehouse, "CHAIR-1", 5).await;
    assert_eq!((view.threshold, view.low), (5, false));

    warehouse.held(vec![line("CHAIR-1", 5)]).await; // version 2: 5 are left
    let order = warehouse.held(vec![line("CHAIR-1", 1)]).await; // version 3: 4
    warehouse.held(vec![line("CHAIR-1", 1)]).await; // version 4: 3
    assert!(warehouse.view("CHAIR-1").await.low);
    warehouse.app.broker.deliver(&ReleaseStock { order_id: order }).await; // version 5: 4
    warehouse.answers::<StockReleased>(order, 1).await;
    warehouse.count("CHAIR-1", 11).await; // version 6: 5, enough
    warehouse.count("CHAIR-1", 10).await; // version 7: 4
    warehouse.count("CHAIR-1", 30).await; // version 8

    let low = |version, available| {
        let (sku, seller_id) = (sku("CHAIR-1"), warehouse.seller.0);
        (version, StockLow { sku, seller_id, available, threshold: 5 })
    };
    assert_eq!(warnings(&warehouse, "CHAIR-1", 7).await, [low(3, 4), low(7, 4)]);
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_that_is_raised_above_the_level_is_told_at_once() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    for (to, low) in [(10, false), (11, true), (20, true), (3, false), (11, true)] {
        assert_eq!(threshold(&warehouse, "CHAIR-1", to).await.low, low, "{to}");
    }
    warehouse.count("CHAIR-1", 30).await;

    let told: Vec<i64> =
        warnings(&warehouse, "CHAIR-1", 1).await.into_iter().map(|(_, low)| low.threshold).collect();
    assert_eq!(told, [11, 11]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_that_can_not_be_and_another_sellers_are_refused() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 10)]).await;
    let path = format!("{}/threshold", path("CHAIR-1"));
    let put = || warehouse.app.put(&path);

    for wrong in [-1, 1_000_000_001, i64::MAX] {
        let answer = put().by(&warehouse.seller).json(&json!({ "threshold": wrong })).send().await;
        assert_eq!(answer.problem(422), "invalid-body");
        assert_eq!(answer.expect::<contracts::api::ProblemBody>(422).errors[0].field, "threshold");
    }
    let body = json!({ "threshold": 3 });
    assert_eq!(put().by(&seller()).json(&body).send().await.problem(404), "not-found");
    assert_eq!(put().by(&testkit::customer()).json(&body).send().await.problem(403), "forbidden");
    assert_eq!(put().json(&body).send().await.problem(401), "unauthenticated");

    assert_eq!(warehouse.view("CHAIR-1").await.threshold, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sellers_list_what_is_theirs_and_what_of_it_is_low() {
    let warehouse = Warehouse::with(&[("A-1", 1), ("B-1", 2), ("C-1", 3), ("D-1", 0)]).await;
    warehouse.count_in("eu", "C-1", 1).await;
    for text in ["A-1", "C-1"] {
        threshold(&warehouse, text, 5).await;
    }
    let list = async |query: &str, by| {
        let page: Page<StockView> =
            warehouse.app.get(&format!("/api/v1/stock{query}")).by(by).send().await.expect(200);
        let skus: Vec<String> = page.data.iter().map(|stock| stock.sku.to_string()).collect();
        (skus, page.next, page.data)
    };
    let own = &warehouse.seller;

    let (skus, next, _) = list("?limit=3", own).await;
    assert_eq!(
        (skus, next.as_deref()),
        (vec!["A-1".to_owned(), "B-1".to_owned(), "C-1".to_owned()], Some("C-1"))
    );
    assert_eq!(list("?limit=3&after=C-1", own).await.0, ["D-1"]);
    let (skus, next, data) = list("?low=true", own).await;
    assert_eq!((skus, next), (vec!["A-1".to_owned(), "C-1".to_owned()], None));
    assert_eq!(data[1], warehouse.view("C-1").await);
    assert_eq!(data[1].regions.len(), 2);
    assert!(list("", &seller()).await.0.is_empty());
    let refused = warehouse.app.get("/api/v1/stock?low=perhaps").by(own).send().await;
    assert_eq!(refused.problem(400), "invalid-query");
}
