//! What sellers say of their shelves is in the ledger, with why and by whom.

use contracts::api::inventory::{AdjustmentReason, MovementKind, MovementView, StockView};
use contracts::api::{Page, ProblemBody};
use contracts::messages::orders::ReserveStock;
use kernel::{OrderId, Region};
use serde_json::{Value, json};
use testkit::{customer, seller};

use crate::warehouse::{Warehouse, line, path, region};

impl Warehouse {
    async fn adjust(&self, key: &str, body: &Value) -> testkit::Response {
        let post = self.app.post(&format!("{}/adjustments", path("CHAIR-1"))).by(&self.seller);
        post.idempotency_key(key).json(body).send().await
    }

    async fn movements(&self, query: &str) -> Page<MovementView> {
        let get = self.app.get(&format!("{}/movements{query}", path("CHAIR-1"))).by(&self.seller);
        get.send().await.expect(200)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adjustment_changes_its_region_once_however_often_it_is_sent() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let body = json!({ "region": "eu", "delta": 5, "reason": "received", "note": "Delivery 17" });

    let first = warehouse.adjust("k-1", &body).await;
    let again = warehouse.adjust("k-1", &body).await;

    let view: StockView = first.expect(201);
    assert_eq!((view.on_hand, again.expect::<StockView>(201)), (17, view.clone()));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(warehouse.level_in("eu", "CHAIR-1").await, (5, 0));
    assert_eq!(warehouse.announced("CHAIR-1", 2).await.on_hand, 17);
    let other = json!({ "region": "eu", "delta": 6, "reason": "received" });
    assert_eq!(warehouse.adjust("k-1", &other).await.problem(422), "idempotency-key-reused");
    let view: StockView =
        warehouse.adjust("k-2", &json!({ "delta": -2, "reason": "damaged" })).await.expect(201);
    assert_eq!(view.on_hand, 15);
    assert_eq!(warehouse.level_in("main", "CHAIR-1").await, (10, 0));
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_adjusted_is_refused_and_changes_nothing() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    warehouse.held(vec![line("CHAIR-1", 5)]).await;

    for delta in [0, 1_000_000_001, -1_000_000_001, i64::MIN, i64::MAX, 999_999_999] {
        let answer = warehouse.adjust("k", &json!({ "delta": delta, "reason": "received" })).await;
        assert_eq!(answer.problem(422), "invalid-body", "{delta}");
        assert_eq!(answer.expect::<ProblemBody>(422).errors[0].field, "delta", "{delta}");
    }
    let long = json!({ "delta": 1, "reason": "received", "note": "n".repeat(501) });
    assert_eq!(warehouse.adjust("k", &long).await.expect::<ProblemBody>(422).errors[0].field, "note");
    for body in [
        json!({ "delta": 1 }),
        json!({ "delta": 1.5, "reason": "received" }),
        json!({ "delta": 1, "reason": "stolen" }),
        json!({ "delta": 1, "reason": "received", "region": "No Such" }),
    ] {
        assert_eq!(warehouse.adjust("k", &body).await.problem(422), "invalid-body", "{body}");
    }
    let too_many = json!({ "delta": -13, "reason": "lost" });
    assert_eq!(warehouse.adjust("k", &too_many).await.problem(409), "stock-too-low");
    let elsewhere = json!({ "delta": -1, "reason": "lost", "region": "eu" });
    assert_eq!(warehouse.adjust("k", &elsewhere).await.problem(409), "stock-too-low");
    let promised = json!({ "delta": -8, "reason": "lost" });
    assert_eq!(warehouse.adjust("k", &promised).await.problem(409), "stock-reserved");

    assert_eq!(warehouse.level("CHAIR-1").await, (12, 5));
    assert_eq!(warehouse.view("CHAIR-1").await.regions.len(), 1, "no shelf in eu");
    warehouse.assert_the_books_balance().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shelves_and_their_ledger_are_their_sellers_alone() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 12)]).await;
    let app = &warehouse.app;
    let body = json!({ "delta": 1, "reason": "received" });
    let (adjustments, movements) = (path("CHAIR-1/adjustments"), path("CHAIR-1/movements"));

    let post = |path: &str| app.post(path).idempotency_key("k").json(&body);
    assert_eq!(post(&adjustments).send().await.problem(401), "unauthenticated");
    assert_eq!(app.get(&movements).send().await.problem(401), "unauthenticated");
    assert_eq!(app.get("/api/v1/stock").send().await.problem(401), "unauthenticated");
    assert_eq!(post(&adjustments).by(&customer()).send().await.problem(403), "forbidden");
    assert_eq!(app.get(&movements).by(&customer()).send().await.problem(403), "forbidden");
    assert_eq!(app.get("/api/v1/stock").by(&customer()).send().await.problem(403), "forbidden");
    for text in ["CHAIR-1", "NOT-THERE", "no%20sku"] {
        let (adjustments, movements) =
            (format!("{}/adjustments", path(text)), format!("{}/movements", path(text)));
        assert_eq!(post(&adjustments).by(&seller()).send().await.problem(404), "not-found", "{text}");
        assert_eq!(app.get(&movements).by(&seller()).send().await.problem(404), "not-found", "{text}");
    }
    let without_key = app.post(&adjustments).by(&warehouse.seller).json(&body).send().await;
    assert_eq!(without_key.problem(400), "idempotency-key-missing");

    assert_eq!(warehouse.level("CHAIR-1").await, (12, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_says_newest_first_what_happened_and_who_did_it() {
    let warehouse = Warehouse::with(&[("CHAIR-1", 3), ("TABLE-1", 3)]).await;
    let body = json!({ "region": "eu", "delta": 2, "reason": "received", "note": "Delivery 17" });
    warehouse.adjust("k-1", &body).await.expect::<StockView>(201);
    let order = OrderId::new();
    let lines = vec![line("CHAIR-1", 4)];
    let command = ReserveStock { order_id: order, lines, region: Some(region("eu")), hold_until: None };
    warehouse.reserve_as(command).await;

    let page = warehouse.movements("").await;

    let actor = Some(format!("user:{}", warehouse.seller.0));
    let seen: Vec<_> = page.data.iter().map(|m| (m.kind, m.region.as_str(), m.on_hand, m.reserved)).collect();
    let mut held = [(MovementKind::Reserved, "eu", 0, 2), (MovementKind::Reserved, "main", 0, 2)];
    if seen[0] != held[0] {
        held.reverse();
    }
    assert_eq!(seen[..2], held);
    assert_eq!(seen[2..], [(MovementKind::Adjusted, "eu", 2, 0), (MovementKind::Adjusted, "main", 3, 0)]);
    assert_eq!(page.data[0].order_id, Some(order));
    let received = &page.data[2];
    assert_eq!(
        (received.reason, received.note.as_deref()),
        (Some(AdjustmentReason::Received), Some("Delivery 17"))
    );
    assert_eq!((&received.actor, &page.data[3].actor, page.data[0].actor.as_ref()), (&actor, &actor, None));
    assert_eq!(page.data[3].reason, Some(AdjustmentReason::Counted));
    assert_eq!(page.data[3].region, Region::default());

    // Page by page it is the same, without gaps or twins.
    let (mut paged, mut query) = (Vec::new(), "?limit=1".to_owned());
    loop {
        let page = warehouse.movements(&query).await;
        paged.extend(page.data);
        let Some(next) = page.next else { break };
        query = format!("?limit=1&after={next}");
    }
    assert_eq!(paged, page.data);
    let wrong = warehouse.app.get(&path("CHAIR-1/movements?after=x")).by(&warehouse.seller).send().await;
    assert_eq!(wrong.problem(400), "invalid-query");
}
