//! The shop, and people who do things to it.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use contracts::Role;
use contracts::api::catalog::NewProduct;
use contracts::api::inventory::{StockLevel, StockView};
use contracts::api::orders::{CartItem, CartView, Checkout, OrderStatus, OrderView};
use contracts::api::payments::NewPayment;
use contracts::api::users::UserRole;
use kernel::{CartId, Currency, Money, OrderId, Quantity, Sku, UserId};
use reqwest::Method;
use shop_client::invariants;
use testkit::{Response, TestShop};

pub type Person = (UserId, Vec<UserRole>);

/// Two cores carry out what is asked for at once.
const PATIENCE: Duration = Duration::from_secs(40);

/// One shop of three orders, two inventory and two payments replicas, that sells one SKU for 10.00 EUR.
pub struct Town {
    pub shop: TestShop,
    pub sku: Sku,
    seller: Person,
}

impl Town {
    pub async fn with(pieces: i64, window_seconds: u32) -> Self {
        let services = [
            (catalog::SERVICE, 1),
            (inventory::SERVICE, 2),
            (orders::SERVICE, 3),
            (payments::SERVICE, 2),
            (gateway::SERVICE, 1),
        ];
        let window = window_seconds.to_string();
        let variables = [("CANCELLATION_WINDOW_SECONDS", window.as_str()), ("DATABASE_POOL_SIZE", "4")];
        let shop = TestShop::start(&services, &variables).await;
        let town = Self { shop, sku: Sku::parse("CHAIR-1").unwrap(), seller: testkit::seller() };
        town.offer(pieces).await;
        town
    }

    async fn offer(&self, pieces: i64) {
        let product = NewProduct {
            sku: self.sku.clone(),
            name: "Chair".to_owned(),
            description: String::new(),
            price: Money::new(1_000, Currency::Eur),
        };
        let made = self.shop.request(Role::Catalog, Method::POST, "/api/v1/products");
        made.by(&self.seller).json(&product).send().await.expect::<serde_json::Value>(201);
        let path = format!("/api/v1/stock/{}", self.sku);
        until("inventory knows the chair", async || {
            let put = self.shop.request(Role::Inventory, Method::PUT, &path).by(&self.seller);
            let put = put.json(&StockLevel { on_hand: pieces, region: None }).send().await;
            put.status.is_success().then_some(())
        })
        .await;
    }

    pub async fn stock(&self) -> StockView {
        let asked = self.shop.request(Role::Inventory, Method::GET, &format!("/api/v1/stock/{}", self.sku));
        asked.by(&self.seller).send().await.expect(200)
    }

    /// A cart of so many chairs.
    pub async fn cart(&self, shopper: &Person, pieces: i64) -> CartId {
        let made = self.shop.request(Role::Orders, Method::POST, "/api/v1/carts").by(shopper);
        let cart: CartView = made.send().await.expect(201);
        let (path, quantity) =
            (format!("/api/v1/carts/{}/items/{}", cart.id, self.sku), Quantity::new(pieces).unwrap());
        until("orders knows the chair", async || {
            let put = self.shop.request(Role::Orders, Method::PUT, &path).by(shopper);
            let put = put.header("if-match", "*").json(&CartItem { quantity }).send().await;
            put.status.is_success().then_some(())
        })
        .await;
        cart.id
    }

    pub async fn check_out(&self, shopper: &Person, cart: CartId, key: &str) -> Response {
        let order = self.shop.request(Role::Orders, Method::POST, "/api/v1/orders").by(shopper);
        let checkout = Checkout { even_if_short: true, ..Checkout::of(cart) };
        order.idempotency_key(key).json(&checkout).send().await
    }

    /// A cart of one chair and the order of it.
    pub async fn order(&self, shopper: &Person) -> OrderId {
        let cart = self.cart(shopper, 1).await;
        self.check_out(shopper, cart, "order").await.expect::<OrderView>(201).id
    }

    /// At the gateway, from where it travels over MQTT.
    pub async fn pay(&self, shopper: &Person, order: OrderId, token: &str, key: &str) -> Response {
        let payment = NewPayment { order_id: order, payment_token: token.to_owned() };
        let sent = self.shop.request(Role::Gateway, Method::POST, "/api/v1/payments").by(shopper);
        sent.idempotency_key(key).json(&payment).send().await
    }

    pub async fn cancel(&self, shopper: &Person, order: OrderId) -> Response {
        let path = format!("/api/v1/orders/{order}/cancellations");
        let sent = self.shop.request(Role::Orders, Method::POST, &path).by(shopper);
        sent.idempotency_key("cancel").send().await
    }

    pub async fn view(&self, shopper: &Person, order: OrderId) -> OrderView {
        let asked = self.shop.request(Role::Orders, Method::GET, &format!("/api/v1/orders/{order}"));
        asked.by(shopper).send().await.expect(200)
    }

    /// The order, once it has come to its end; where it stays without one, all that the databases know of it.
    pub async fn ended(&self, shopper: &Person, order: OrderId) -> OrderView {
        let started = Instant::now();
        loop {
            let view = self.view(shopper, order).await;
            if view.status.is_final() {
                return view;
            }
            if started.elapsed() > PATIENCE {
                panic!("{order} has not ended: {:#?}", self.traces(order).await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Comes back as soon as the order is there, or past it.
    pub async fn reached(&self, shopper: &Person, order: OrderId, moment: OrderStatus) {
        const COURSE: [OrderStatus; 4] = [
            OrderStatus::Pending,
            OrderStatus::AwaitingPayment,
            OrderStatus::Authorized,
            OrderStatus::Confirmed,
        ];
        let place = |status| COURSE.iter().position(|one| *one == status);
        until(&format!("{order} is {moment:?}"), async || {
            let now = place(self.view(shopper, order).await.status);
            (now.is_none() || now >= place(moment)).then_some(())
        })
        .await;
    }

    async fn traces(&self, order: OrderId) -> Vec<String> {
        let mut traces = Vec::new();
        let of_order = format!("WHERE order_id = '{}'", order.0);
        for (role, query) in [
            (Role::Orders, format!("SELECT s::text AS line FROM sagas s {of_order}")),
            (
                Role::Orders,
                format!(
                    "SELECT occurred_at || ' ' || type AS line FROM order_events {of_order} ORDER BY position"
                ),
            ),
            (Role::Inventory, format!("SELECT r::text AS line FROM reservations r {of_order}")),
            (
                Role::Payments,
                format!("SELECT id || ' ' || status || ' ' || updated_at AS line FROM payments {of_order}"),
            ),
            (Role::Payments, "SELECT o::text AS line FROM open_operations o".to_owned()),
            (
                Role::Orders,
                "SELECT type || ' waits in the outbox since ' || occurred_at AS line FROM outbox".to_owned(),
            ),
            (
                Role::Inventory,
                "SELECT type || ' waits in the outbox since ' || occurred_at AS line FROM outbox".to_owned(),
            ),
            (
                Role::Payments,
                "SELECT type || ' waits in the outbox since ' || occurred_at AS line FROM outbox".to_owned(),
            ),
            (Role::Payments, "SELECT now() || ' is now' AS line".to_owned()),
        ] {
            traces.extend(self.shop.database(role).lines(&query).await);
        }
        traces
    }

    /// Where its saga is, by its database.
    pub async fn state(&self, order: OrderId) -> String {
        let query = format!("SELECT status AS line FROM sagas WHERE order_id = '{}'", order.0);
        self.shop.database(Role::Orders).lines(&query).await.concat()
    }

    /// How often the provider did this for the order, by its own books.
    pub async fn provider_did(&self, order: OrderId, kind: &str) -> i64 {
        let transactions = format!(
            "SELECT count(*) AS number FROM transactions t JOIN payments p ON p.id = t.payment_id
             WHERE p.order_id = '{}' AND t.kind = '{kind}' AND t.succeeded",
            order.0
        );
        self.shop.database(Role::Payments).number(&transactions).await
    }

    /// Every order has ended, every message has had its effect, and all books agree.
    pub async fn assert_the_books_balance(&self) {
        let started = Instant::now();
        let findings = loop {
            let asked =
                async |role, query: &str| Ok::<_, Infallible>(self.shop.database(role).lines(query).await);
            let findings = invariants::check(asked).await.unwrap();
            let quiet = findings.broken.is_empty() && findings.open.is_empty();
            if quiet || started.elapsed() > PATIENCE {
                break findings;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        assert_eq!(findings.broken, Vec::<String>::new());
        assert!(findings.open.is_empty(), "orders that have not ended: {:?}", findings.open);
        for role in Role::ALL.into_iter().filter(|role| !role.spec().subscriptions.is_empty()) {
            let parked = self.shop.broker.parked(role).await;
            assert!(
                parked.is_none(),
                "{role} parked {}",
                String::from_utf8_lossy(&parked.unwrap_or_default())
            );
        }
    }
}

/// Like [`testkit::eventually`], for what takes longer on a machine that is busy.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "not within {} s: {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn count(orders: &[OrderView], status: OrderStatus) -> usize {
    orders.iter().filter(|order| order.status == status).count()
}
