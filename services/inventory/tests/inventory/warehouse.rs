//! What the tests arrange with and look at.

use contracts::api::inventory::{StockLevel, StockView};
use contracts::api::users::UserRole;
use contracts::messages::catalog::ProductPublished;
use contracts::messages::inventory::{StockCommitted, StockLevelChanged, StockRejected, StockReserved};
use contracts::messages::orders::{CommitStock, ReserveStock, StockLine};
use contracts::{Envelope, Message};
use inventory::SERVICE;
use kernel::{Currency, Money, OrderId, ProductId, Quantity, Region, Sku, UserId};
use serde_json::Value;
use testkit::{TestApp, eventually, seller};

pub type Person = (UserId, Vec<UserRole>);

pub fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

pub fn region(name: &str) -> Region {
    Region::parse(name).unwrap()
}

pub fn line(text: &str, pieces: i64) -> StockLine {
    StockLine { sku: sku(text), quantity: Quantity::new(pieces).unwrap() }
}

/// Catalog says that the seller sells it, and the seller counts this many.
pub async fn publish(app: &TestApp, seller: &Person, text: &str, on_hand: i64) -> Sku {
    app.broker.deliver(&product(text, seller.0)).await;
    eventually("the SKU is known", async || {
        app.get(&path(text)).by(seller).send().await.status.is_success().then_some(())
    })
    .await;
    if on_hand > 0 {
        count(app, seller, &sku(text), on_hand).await;
    }
    sku(text)
}

pub async fn count(app: &TestApp, seller: &Person, sku: &Sku, on_hand: i64) {
    let level = StockLevel { on_hand, region: None };
    app.put(&path(sku.as_str())).by(seller).json(&level).send().await.expect::<StockView>(200);
}

/// The service, and a seller who owns whatever is on its shelves.
pub struct Warehouse {
    pub app: TestApp,
    pub seller: Person,
}

impl Warehouse {
    pub async fn open() -> Self {
        Self { app: TestApp::start(SERVICE).await, seller: seller() }
    }

    /// With these pieces of each SKU.
    pub async fn with(shelves: &[(&str, i64)]) -> Self {
        let warehouse = Self::open().await;
        for (sku, pieces) in shelves {
            warehouse.offer(sku).await;
            warehouse.count(sku, *pieces).await;
        }
        warehouse
    }

    /// Catalog says that the seller sells it.
    pub async fn offer(&self, text: &str) {
        self.app.broker.deliver(&product(text, self.seller.0)).await;
        eventually("the SKU is known", async || {
            self.app.get(&path(text)).by(&self.seller).send().await.status.is_success().then_some(())
        })
        .await;
    }

    /// The seller counts this many in the one region.
    pub async fn count(&self, text: &str, on_hand: i64) -> StockView {
        self.put(text, StockLevel { on_hand, region: None }).await
    }

    /// The seller counts this many in that region.
    pub async fn count_in(&self, region_name: &str, text: &str, on_hand: i64) -> StockView {
        self.put(text, StockLevel { on_hand, region: Some(region(region_name)) }).await
    }

    async fn put(&self, text: &str, level: StockLevel) -> StockView {
        self.app.put(&path(text)).by(&self.seller).json(&level).send().await.expect(200)
    }

    pub async fn view(&self, text: &str) -> StockView {
        self.app.get(&path(text)).by(&self.seller).send().await.expect(200)
    }

    /// On hand and reserved in one region.
    pub async fn level_in(&self, region_name: &str, text: &str) -> (i64, i64) {
        let regions = self.view(text).await.regions;
        let found = regions.into_iter().find(|stock| stock.region == region(region_name));
        found.map_or((0, 0), |stock| (stock.on_hand, stock.reserved))
    }

    /// On hand and reserved.
    pub async fn level(&self, text: &str) -> (i64, i64) {
        let view = self.view(text).await;
        assert_eq!(view.available, view.on_hand - view.reserved);
        (view.on_hand, view.reserved)
    }

    pub async fn reserve(&self, order_id: OrderId, lines: Vec<StockLine>) -> Envelope<Value> {
        self.app.broker.deliver(&ReserveStock { order_id, lines, region: None, hold_until: None }).await
    }

    /// With a region to take from first, and an end of its own.
    pub async fn reserve_as(&self, command: ReserveStock) -> StockReserved {
        self.app.broker.deliver(&command).await;
        self.answers::<StockReserved>(command.order_id, 1).await.data_as().unwrap()
    }

    /// A new order whose lines have left the shelves.
    pub async fn sold(&self, lines: Vec<StockLine>) -> OrderId {
        let order = self.held(lines).await;
        self.app.broker.deliver(&CommitStock { order_id: order }).await;
        self.answers::<StockCommitted>(order, 1).await;
        order
    }

    /// A new order that holds the lines.
    pub async fn held(&self, lines: Vec<StockLine>) -> OrderId {
        let order = OrderId::new();
        self.reserve(order, lines).await;
        self.answers::<StockReserved>(order, 1).await;
        order
    }

    /// Waits until the order has had this many answers of this type, and gives the last one.
    pub async fn answers<M: Message>(&self, order: OrderId, count: usize) -> Envelope<Value> {
        eventually(&format!("answer {count} of type {} to {order}", M::TYPE), async || {
            self.answered::<M>(order).into_iter().nth(count - 1)
        })
        .await
    }

    /// The answers of this type that the order has had.
    pub fn answered<M: Message>(&self, order: OrderId) -> Vec<Envelope<Value>> {
        let subject = order.to_string();
        let of_order = |envelope: &Envelope<Value>| envelope.kind == M::TYPE && envelope.subject == subject;
        self.app.published.all().into_iter().filter(of_order).collect()
    }

    /// Waits until each of the orders is held or rejected; how many are held.
    pub async fn decided(&self, orders: &[OrderId]) -> usize {
        eventually("every order is answered", async || {
            let held =
                orders.iter().filter(|order| !self.answered::<StockReserved>(**order).is_empty()).count();
            let rejected =
                orders.iter().filter(|order| !self.answered::<StockRejected>(**order).is_empty()).count();
            (held + rejected == orders.len()).then_some(held)
        })
        .await
    }

    /// The last level that was announced, with its version.
    pub async fn announced(&self, text: &str, version: i64) -> StockLevelChanged {
        eventually(&format!("version {version} of {text} is announced"), async || {
            let all = self.app.published.all();
            let levels = all.iter().filter(|e| e.kind == StockLevelChanged::TYPE && e.subject == text);
            levels.into_iter().find(|e| e.aggregateversion == version).map(|e| e.data_as().unwrap())
        })
        .await
    }

    /// Every level that was announced of the SKU has a version of its own, and none is missing.
    pub async fn assert_versions_have_no_gaps(&self, text: &str) {
        let last = self.number(&format!("SELECT version AS number FROM skus WHERE sku = '{text}'")).await;
        self.announced(text, last).await;
        let all = self.app.published.all();
        let levels = all.iter().filter(|e| e.kind == StockLevelChanged::TYPE && e.subject == text);
        let mut versions: Vec<i64> = levels.map(|level| level.aggregateversion).collect();
        versions.sort_unstable();
        assert_eq!(versions, (1..=last).collect::<Vec<_>>());
    }

    pub async fn number(&self, query: &str) -> i64 {
        self.app.database().number(query).await
    }

    /// The ledger adds up to the levels of each shelf, the shelves to the SKU, the holds to what is reserved.
    pub async fn assert_the_books_balance(&self) {
        let wrong = [
            (
                "the ledger does not add up to the level",
                "SELECT count(*) AS number FROM stock AS s FULL JOIN (
                     SELECT sku, region, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
                     FROM movements GROUP BY sku, region
                 ) AS ledger USING (sku, region)
                 WHERE coalesce(s.on_hand, 0) <> coalesce(ledger.on_hand, 0)
                    OR coalesce(s.reserved, 0) <> coalesce(ledger.reserved, 0)",
            ),
            (
                "the shelves do not add up to the SKU",
                "SELECT count(*) AS number FROM skus AS k WHERE (on_hand, reserved) <> (
                     SELECT coalesce(sum(on_hand), 0), coalesce(sum(reserved), 0) FROM stock AS s WHERE s.sku = k.sku)",
            ),
            (
                "the holds do not add up to what is reserved",
                "SELECT count(*) AS number FROM stock AS s WHERE reserved <> (
                     SELECT coalesce(sum(l.pieces), 0) FROM reservation_lines AS l JOIN reservations AS r USING (order_id)
                     WHERE l.sku = s.sku AND l.region = s.region AND r.state = 'held')",
            ),
            (
                "a line is not where its reservation says",
                "SELECT count(*) AS number FROM reservation_lines AS l JOIN reservations AS r USING (order_id)
                 WHERE l.reserved <> CASE WHEN state = 'held' THEN pieces ELSE 0 END
                    OR committed <> CASE WHEN state IN ('committed', 'restocked') THEN pieces ELSE 0 END
                    OR (state = 'restocked' AND returned <> pieces)",
            ),
        ];
        for (what, query) in wrong {
            assert_eq!(self.number(query).await, 0, "{what}");
        }
    }
}

pub fn path(text: &str) -> String {
    format!("/api/v1/stock/{text}")
}

pub fn product(text: &str, seller_id: UserId) -> ProductPublished {
    ProductPublished {
        product_id: ProductId::new(),
        sku: sku(text),
        seller_id,
        name: "Chair".to_owned(),
        price: Money::new(1999, Currency::Eur),
    }
}
