//! One purchase over five processes is one trace, whatever waits in an outbox or for a worker in between.

use std::collections::BTreeMap;

use contracts::Role;
use contracts::api::catalog::NewProduct;
use contracts::api::inventory::StockLevel;
use contracts::api::orders::{CartItem, CartView, Checkout, OrderStatus, OrderView};
use contracts::api::payments::{NewPayment, test_tokens};
use contracts::api::users::UserRole;
use kernel::{CartId, Currency, Money, OrderId, Quantity, Sku, UserId};
use platform::migrate::{self, Migrations};
use platform::{Database, Service, Settings};
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use testkit::{Span, TestBroker, TestCollector, TestDatabase, TestTokens, customer, eventually, seller};

use crate::process::Process;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

type Person = (UserId, Vec<UserRole>);

/// A process of each of these roles; all are spoken to through the gateway.
struct Town {
    collector: TestCollector,
    tokens: TestTokens,
    broker: TestBroker,
    databases: Vec<TestDatabase>,
    processes: BTreeMap<Role, Process>,
}

impl Town {
    async fn start() -> Self {
        let (collector, tokens, broker) =
            (TestCollector::start().await, TestTokens::start().await, TestBroker::create().await);
        let mut town = Self { collector, tokens, broker, databases: Vec::new(), processes: BTreeMap::new() };
        for service in
            [catalog::SERVICE, inventory::SERVICE, orders::SERVICE, payments::SERVICE, gateway::SERVICE]
        {
            town.start_role(service).await;
        }
        for process in town.processes.values() {
            process.is_ready().await;
        }
        town
    }

    async fn start_role(&mut self, service: Service) {
        let role = service.role;
        let mut variables = vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), self.collector.url()),
            ("OTEL_RESOURCE_ATTRIBUTES".to_owned(), "service.namespace=shop".to_owned()),
            ("AMQP_URL".to_owned(), self.broker.url(role)),
            ("MQTT_URL".to_owned(), self.broker.mqtt_url(role)),
            ("JWKS_URL".to_owned(), self.tokens.jwks_url()),
            ("DATABASE_POOL_SIZE".to_owned(), "4".to_owned()),
            ("CANCELLATION_WINDOW_SECONDS".to_owned(), "0".to_owned()),
        ];
        for (other, process) in &self.processes {
            variables.push((format!("{}_URL", other.name().to_uppercase()), process.http.clone()));
        }
        if let Some(migrations) = service.migrations {
            let database = TestDatabase::create().await;
            variables.push(("DATABASE_URL".to_owned(), database.url()));
            let settings = Settings::new(role, variables.clone());
            let empty = Database::from_settings(&settings).unwrap();
            migrate::up(&empty, Migrations(migrations())).await.unwrap();
            self.databases.push(database);
        }
        self.processes.insert(role, Process::start(role, &variables).await);
    }

    fn request(&self, method: Method, path: &str, (user, roles): &Person) -> RequestBuilder {
        let url = format!("{}{path}", self.processes[&Role::Gateway].http);
        reqwest::Client::new().request(method, url).bearer_auth(self.tokens.token(*user, roles, 600))
    }

    /// A cart of one chair, the first of which was just offered.
    async fn cart(&self, shopper: &Person) -> CartId {
        let (seller, sku) = (seller(), Sku::parse("CHAIR-1").unwrap());
        let product = NewProduct {
            sku: sku.clone(),
            name: "Chair".to_owned(),
            description: String::new(),
            price: Money::new(1_000, Currency::Eur),
        };
        let offered = self.request(Method::POST, "/api/v1/products", &seller).json(&product);
        assert_eq!(offered.send().await.unwrap().status(), 201);
        let stock = StockLevel { on_hand: 10, region: None };
        self.done(Method::PUT, "/api/v1/stock/CHAIR-1", &seller, &stock).await;
        let made = self.request(Method::POST, "/api/v1/carts", shopper).send().await.unwrap();
        let cart: CartView = made.json().await.unwrap();
        let item = CartItem { quantity: Quantity::new(1).unwrap() };
        self.done(Method::PUT, &format!("/api/v1/carts/{}/items/{sku}", cart.id), shopper, &item).await;
        cart.id
    }

    /// Again until it works: a product is news to other services at first.
    async fn done(&self, method: Method, path: &str, who: &Person, body: &impl Serialize) {
        eventually(path, async || {
            let request = self.request(method.clone(), path, who).header("if-match", "*").json(body);
            request.send().await.unwrap().status().is_success().then_some(())
        })
        .await;
    }

    async fn read<T: DeserializeOwned>(&self, path: &str, who: &Person) -> T {
        self.request(Method::GET, path, who).send().await.unwrap().json().await.unwrap()
    }

    /// Of the checkout's trace.
    async fn span(&self, service: &str, name: &str) -> Span {
        self.collector.span(TRACE, service, name).await
    }

    async fn check_out(&self, shopper: &Person, cart: CartId) -> OrderId {
        let request =
            self.request(Method::POST, "/api/v1/orders", shopper).header("idempotency-key", "order");
        let request = request.header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
        let answer =
            request.json(&Checkout { even_if_short: true, ..Checkout::of(cart) }).send().await.unwrap();
        answer.json::<OrderView>().await.unwrap().id
    }

    async fn pay(&self, shopper: &Person, order: OrderId) {
        let payment = NewPayment { order_id: order, payment_token: test_tokens::APPROVED.to_owned() };
        let request =
            self.request(Method::POST, "/api/v1/payments", shopper).header("idempotency-key", "pay");
        assert_eq!(request.json(&payment).send().await.unwrap().status(), 202);
    }

    async fn end(self) {
        drop(self.processes);
        self.broker.remove().await;
        for database in &self.databases {
            database.remove().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_is_one_trace_from_the_caller_to_the_last_answer() {
    let (town, shopper) = (Town::start().await, customer());
    let cart = town.cart(&shopper).await;
    let order = town.check_out(&shopper, cart).await;
    town.pay(&shopper, order).await;
    eventually("the order is confirmed", async || {
        let view: OrderView = town.read(&format!("/api/v1/orders/{order}"), &shopper).await;
        (view.status == OrderStatus::Confirmed).then_some(())
    })
    .await;

    // Each is a part of the one before.
    let mut parent = CALLER.to_owned();
    for (service, name) in [
        ("gateway", "POST /api/v1/orders"),
        ("gateway", "POST orders"),
        ("orders", "POST /api/v1/orders"),
        ("orders", "publish stock.reserve.v1"),
        ("inventory", "process stock.reserve.v1"),
        ("inventory", "publish stock.reserved.v1"),
        ("orders", "process stock.reserved.v1"),
        ("orders", "publish payment.authorize.v1"),
        ("payments", "process payment.authorize.v1"),
        // The provider was asked by a worker, some time after that message.
        ("payments", "publish payment.authorized.v1"),
        ("orders", "process payment.authorized.v1"),
    ] {
        let span = town.span(service, name).await;
        assert_eq!(span.parent, parent, "{service} {name}");
        assert_eq!(span.attributes["service.namespace"], "shop");
        parent = span.id;
    }

    let spans = town.collector.spans().await;
    let all = format!("{spans:?}");
    for private in [&shopper.0.to_string(), &order.to_string(), test_tokens::APPROVED] {
        assert!(!all.contains(private), "{private} is in a span");
    }
    // The payment is a request of its own, and so is its trace; it goes on over MQTT.
    let submitted = spans.iter().find(|span| span.name == "POST /api/v1/payments").unwrap();
    let taken = town.collector.span(&submitted.trace, "payments", "process payment.submitted.v1").await;
    assert_eq!(taken.parent, submitted.id);
    let line = town.processes[&Role::Gateway].said("Accepted a payment").pop().unwrap();
    assert_eq!(line["trace_id"], submitted.trace.as_str());
    town.end().await;
}
