//! The shop around orders: a customer, and the other roles' answers.

use chrono::TimeDelta;
use contracts::api::Page;
use contracts::api::orders::{
    Address, CartItem, CartView, Checkout, NewCartView, NewShipment, OrderEventView, OrderStatus, OrderView,
};
use contracts::api::payments::DeclineReason;
use contracts::api::users::UserRole;
use contracts::messages::catalog::ProductPublished;
use contracts::messages::inventory::{
    StockCommitFailed, StockCommitted, StockRejected, StockReleased, StockReserved, StockRestocked,
};
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, CommitStock, RefundPayment, ReleaseStock, ReserveStock, RestockItems,
    VoidPayment,
};
use contracts::messages::payments::{
    PaymentAuthorized, PaymentCaptureFailed, PaymentFailed, PaymentRefunded, PaymentSucceeded, PaymentVoided,
};
use contracts::{Envelope, Message};
use kernel::{CartId, Currency, Money, OrderId, PaymentId, ProductId, Quantity, Sku, UserId};
use platform::outbox::Event;
use testkit::{TestApp, eventually};

pub type Person = (UserId, Vec<UserRole>);

pub struct Shop {
    pub app: TestApp,
    pub customer: Person,
    /// Somebody of the support team.
    pub team: Person,
    /// Every answer comes twice: once more under its id, and once more under another.
    pub twice: bool,
}

pub fn staff() -> Person {
    (UserId::new(), vec![UserRole::Support])
}

pub fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

pub fn pieces(count: i64) -> CartItem {
    CartItem { quantity: Quantity::new(count).unwrap() }
}

pub fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::Eur)
}

pub fn product(name: &str, price: Money) -> ProductPublished {
    ProductPublished {
        product_id: ProductId::new(),
        sku: sku(name),
        seller_id: UserId::new(),
        name: format!("The {name}"),
        price,
    }
}

impl Shop {
    /// Sells CHAIR for 19.99 EUR and TABLE for 150.00 EUR.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    pub async fn open_with(variables: &[(&str, &str)]) -> Self {
        let app = TestApp::start_with(orders::SERVICE, variables).await;
        let shop = Self { app, customer: testkit::customer(), team: staff(), twice: false };
        shop.tell(&product("CHAIR", euros(1999))).await;
        shop.tell(&product("TABLE", euros(15_000))).await;
        shop
    }

    /// Delivers a message and waits until it has been handled.
    pub async fn tell<M: Message>(&self, message: &M) {
        let envelope = self.app.broker.deliver(message).await;
        self.handled(&envelope).await;
        if self.twice {
            self.app.broker.deliver_envelope(&envelope).await;
            let again = self.app.broker.deliver(message).await;
            self.handled(&again).await;
        }
    }

    pub async fn tell_version<M: Message>(&self, message: &M, version: i64) {
        let event = Event::new(message, self.app.clock.now()).version(version);
        self.app.broker.deliver_envelope(event.envelope()).await;
        self.handled(event.envelope()).await;
    }

    async fn handled(&self, envelope: &Envelope<serde_json::Value>) {
        let query = format!("SELECT count(*) AS number FROM inbox WHERE event_id = '{}'", envelope.id);
        eventually(&format!("{} is handled", envelope.kind), async || {
            (self.app.database().number(&query).await == 1).then_some(())
        })
        .await;
    }

    pub fn elapse(&self, seconds: i64) {
        self.app.clock.advance(TimeDelta::seconds(seconds));
    }

    pub async fn new_cart(&self) -> CartId {
        self.app.post("/api/v1/carts").by(&self.customer).send().await.expect::<CartView>(201).id
    }

    pub async fn put(&self, cart: CartId, sku: &str, count: i64) -> CartView {
        let path = format!("/api/v1/carts/{cart}/items/{sku}");
        let put = self.app.put(&path).by(&self.customer).header("if-match", "*");
        put.json(&pieces(count)).send().await.expect(200)
    }

    pub async fn cart(&self, cart: CartId) -> CartView {
        self.app.get(&format!("/api/v1/carts/{cart}")).by(&self.customer).send().await.expect(200)
    }

    pub async fn place(&self, cart: CartId, key: &str) -> testkit::Response {
        self.check_out(&Checkout::of(cart), key).await
    }

    pub async fn check_out(&self, checkout: &Checkout, key: &str) -> testkit::Response {
        let order = self.app.post("/api/v1/orders").by(&self.customer).idempotency_key(key);
        order.json(checkout).send().await
    }

    /// Somebody without an account, with a cart of their own.
    pub async fn guest(&self) -> Guest<'_> {
        let made: NewCartView = self.app.post("/api/v1/carts").send().await.expect(201);
        Guest { shop: self, cart: made.cart.id, token: made.cart_token.unwrap() }
    }

    /// Two chairs and a table.
    pub async fn order(&self) -> Placed<'_> {
        let cart = self.new_cart().await;
        self.put(cart, "CHAIR", 2).await;
        self.put(cart, "TABLE", 1).await;
        let view: OrderView = self.place(cart, &format!("order-{cart}")).await.expect(201);
        Placed { shop: self, id: view.id, cart }
    }
}

impl Shop {
    /// Confirmed, and with the customer.
    pub async fn delivered_order(&self) -> Placed<'_> {
        let order = self.order().await;
        order.is_confirmed().await;
        order.ship(&support(), "ship").await.expect::<OrderView>(201);
        order.deliver(&support(), "deliver").await.expect::<OrderView>(201);
        order
    }

    /// The next message in the parking queue has this in it.
    pub async fn is_parked(&self, what: &str) {
        let broker = &self.app.broker;
        let body =
            eventually("a message is parked", async || broker.parked(contracts::Role::Orders).await).await;
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains(what), "{text}");
    }
}

/// A cart that its token opens.
pub struct Guest<'a> {
    pub shop: &'a Shop,
    pub cart: CartId,
    pub token: String,
}

impl Guest<'_> {
    pub fn path(&self) -> String {
        format!("/api/v1/carts/{}", self.cart)
    }

    pub async fn put(&self, sku: &str, count: i64) -> CartView {
        let put = self.shop.app.put(&format!("{}/items/{sku}", self.path())).header("if-match", "*");
        put.header("cart-token", &self.token).json(&pieces(count)).send().await.expect(200)
    }

    pub async fn get(&self) -> testkit::Response {
        self.shop.app.get(&self.path()).header("cart-token", &self.token).send().await
    }

    pub async fn merge(&self, into: &Person, seen: &str) -> testkit::Response {
        let merge = self.shop.app.post(&format!("{}/merges", self.path())).by(into);
        merge.header("cart-token", &self.token).header("if-match", seen).send().await
    }
}

pub fn home() -> Address {
    Address {
        name: "A. Shopper".to_owned(),
        lines: vec!["Calle Mayor 1".to_owned(), "2 B".to_owned()],
        postal_code: "28013".to_owned(),
        city: "Madrid".to_owned(),
        country: "ES".to_owned(),
        phone: None,
    }
}

pub fn support() -> Person {
    (UserId::new(), vec![UserRole::Support])
}

/// An order, and what the other roles do about it.
pub struct Placed<'a> {
    pub shop: &'a Shop,
    pub id: OrderId,
    pub cart: CartId,
}

impl Placed<'_> {
    pub fn path(&self) -> String {
        format!("/api/v1/orders/{}", self.id)
    }

    pub async fn view(&self) -> OrderView {
        self.shop.app.get(&self.path()).by(&self.shop.customer).send().await.expect(200)
    }

    pub async fn becomes(&self, status: OrderStatus) -> OrderView {
        eventually(&format!("the order is {status:?}"), async || {
            Some(self.view().await).filter(|view| view.status == status)
        })
        .await
    }

    /// Types of its events, oldest first.
    pub async fn kinds(&self) -> Vec<String> {
        let path = format!("{}/events?limit=100", self.path());
        let page: Page<OrderEventView> =
            self.shop.app.get(&path).by(&self.shop.customer).send().await.expect(200);
        page.data.into_iter().map(|event| event.kind).collect()
    }

    pub async fn cancel(&self, key: &str) -> testkit::Response {
        let path = format!("{}/cancellations", self.path());
        self.shop.app.post(&path).by(&self.shop.customer).idempotency_key(key).send().await
    }

    /// Waits for the command; it has been sent exactly so often.
    pub async fn asked<M: Message>(&self, times: usize) {
        let (app, subject) = (&self.shop.app, self.id.to_string());
        let count =
            || app.published.all().iter().filter(|e| e.kind == M::TYPE && e.subject == subject).count();
        eventually(&format!("{} {times} times", M::TYPE), async || (count() >= times).then_some(())).await;
        assert_eq!(count(), times, "{}", M::TYPE);
    }

    pub async fn reserved(&self) {
        self.asked::<ReserveStock>(1).await;
        self.reserved_for(1800).await;
    }

    pub async fn reserved_for(&self, seconds: i64) {
        let expires_at = self.shop.app.clock.now() + TimeDelta::seconds(seconds);
        self.shop.tell(&StockReserved { order_id: self.id, expires_at, allocations: vec![] }).await;
    }

    pub async fn short(&self) {
        self.asked::<ReserveStock>(1).await;
        let shortages = vec![contracts::api::orders::Shortage {
            sku: sku("CHAIR"),
            wanted: Quantity::new(2).unwrap(),
            available: 1,
        }];
        self.shop.tell(&StockRejected { order_id: self.id, shortages }).await;
    }

    pub async fn authorized(&self) {
        self.asked::<AuthorizePayment>(1).await;
        let (order_id, payment_id, amount) = (self.id, PaymentId::new(), euros(18_998));
        self.shop.tell(&PaymentAuthorized { order_id, payment_id, amount, capture_before: None }).await;
    }

    pub async fn declined(&self) {
        self.asked::<AuthorizePayment>(1).await;
        let (order_id, payment_id, reason) = (self.id, PaymentId::new(), DeclineReason::CardDeclined);
        self.shop.tell(&PaymentFailed { order_id, payment_id, reason }).await;
    }

    /// The cancellation window passes, and inventory is asked to commit.
    pub async fn window_passes(&self) {
        self.shop.elapse(31);
        self.asked::<CommitStock>(1).await;
    }

    pub async fn committed(&self) {
        self.asked::<CommitStock>(1).await;
        self.shop.tell(&StockCommitted { order_id: self.id }).await;
    }

    pub async fn commit_failed(&self) {
        self.asked::<CommitStock>(1).await;
        self.shop.tell(&StockCommitFailed { order_id: self.id }).await;
    }

    pub async fn captured(&self) {
        self.asked::<CapturePayment>(1).await;
        self.captured_now().await;
    }

    pub async fn captured_now(&self) {
        let (order_id, payment_id, amount) = (self.id, PaymentId::new(), euros(18_998));
        self.shop.tell(&PaymentSucceeded { order_id, payment_id, amount }).await;
    }

    pub async fn capture_failed(&self) {
        self.asked::<CapturePayment>(1).await;
        let (order_id, payment_id, reason) = (self.id, PaymentId::new(), DeclineReason::CaptureRefused);
        self.shop.tell(&PaymentCaptureFailed { order_id, payment_id, reason }).await;
    }

    pub async fn voided(&self) {
        self.asked::<VoidPayment>(1).await;
        self.shop.tell(&PaymentVoided { order_id: self.id }).await;
    }

    pub async fn released(&self) {
        self.asked::<ReleaseStock>(1).await;
        self.shop.tell(&StockReleased { order_id: self.id }).await;
    }

    pub async fn refunded(&self) {
        self.asked::<RefundPayment>(1).await;
        let (order_id, payment_id, amount) = (self.id, PaymentId::new(), euros(18_998));
        self.shop.tell(&PaymentRefunded { order_id, payment_id, amount }).await;
    }

    pub async fn restocked(&self) {
        self.asked::<RestockItems>(1).await;
        self.shop.tell(&StockRestocked { order_id: self.id }).await;
    }

    pub async fn ship(&self, by: &Person, key: &str) -> testkit::Response {
        let shipment = NewShipment { carrier: Some("Post".to_owned()), tracking: Some(" 1Z9 ".to_owned()) };
        let post = self.shop.app.post(&format!("{}/shipments", self.path())).by(by);
        post.idempotency_key(key).json(&shipment).send().await
    }

    pub async fn deliver(&self, by: &Person, key: &str) -> testkit::Response {
        self.shop.app.post(&format!("{}/deliveries", self.path())).by(by).idempotency_key(key).send().await
    }

    pub async fn is_confirmed(&self) {
        self.reserved().await;
        self.authorized().await;
        self.window_passes().await;
        self.committed().await;
        self.captured().await;
        self.becomes(OrderStatus::Confirmed).await;
    }
}
