//! What the tests arrange with and look at.

use contracts::api::inventory::{StockLevel, StockView};
use contracts::api::users::UserRole;
use contracts::messages::catalog::ProductPublished;
use contracts::messages::inventory::{StockLevelChanged, StockRejected, StockReserved};
use contracts::messages::orders::{ReserveStock, StockLine};
use contracts::{Envelope, Message};
use inventory::SERVICE;
use kernel::{Currency, Money, OrderId, ProductId, Quantity, Sku, UserId};
use serde_json::Value;
use testkit::{TestApp, eventually, seller};

pub type Person = (UserId, Vec<UserRole>);

pub fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

pub fn line(text: &str, pieces: i64) -> StockLine {
    StockLine { sku: sku(text), quantity: Quantity::new(pieces).unwrap() }
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

    /// The seller counts this many.
    pub async fn count(&self, text: &str, on_hand: i64) -> StockView {
        let answer = self.app.put(&path(text)).by(&self.seller).json(&StockLevel { on_hand }).send().await;
        answer.expect(200)
    }

    /// On hand and reserved.
    pub async fn level(&self, text: &str) -> (i64, i64) {
        let view: StockView = self.app.get(&path(text)).by(&self.seller).send().await.expect(200);
        assert_eq!(view.available, view.on_hand - view.reserved);
        (view.on_hand, view.reserved)
    }

    pub async fn reserve(&self, order_id: OrderId, lines: Vec<StockLine>) -> Envelope<Value> {
        self.app.broker.deliver(&ReserveStock { order_id, lines, region: None, hold_until: None }).await
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

    pub async fn number(&self, query: &str) -> i64 {
        self.app.database().number(query).await
    }

    /// The ledger adds up to the levels, the holds to what is reserved, and every change has its version.
    pub async fn assert_the_books_balance(&self) {
        let wrong_levels = "SELECT count(*) AS number FROM stock AS s LEFT JOIN (
                SELECT sku, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved FROM movements GROUP BY sku
            ) AS ledger USING (sku)
            WHERE s.on_hand <> coalesce(ledger.on_hand, 0) OR s.reserved <> coalesce(ledger.reserved, 0)";
        let wrong_holds = "SELECT count(*) AS number FROM stock AS s WHERE reserved <> (
                SELECT coalesce(sum(l.pieces), 0) FROM reservation_lines AS l JOIN reservations AS r USING (order_id)
                WHERE l.sku = s.sku AND r.state = 'held')";
        assert_eq!(self.number(wrong_levels).await, 0, "the ledger does not add up to the level");
        assert_eq!(self.number(wrong_holds).await, 0, "the holds do not add up to what is reserved");
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
