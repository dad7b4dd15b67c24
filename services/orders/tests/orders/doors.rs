//! Who may come in, and what is turned away.

use contracts::api::Page;
use contracts::api::orders::{OrderEventView, OrderStatus};
use contracts::messages::inventory::StockReserved;
use contracts::messages::orders::AuthorizePayment;
use contracts::messages::payments::{PaymentSucceeded, PaymentVoided};
use contracts::{Message, Role};
use kernel::{OrderId, PaymentId};
use platform::migrate::{self, Migrations};
use reqwest::Method;
use testkit::eventually;

use crate::support::{Shop, euros};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_no_door_opens() {
    let shop = Shop::open().await;
    let expired = shop.app.tokens.token(shop.customer.0, &shop.customer.1, -60);
    let id = OrderId::new();
    for (method, path) in [
        (Method::GET, "/api/v1/carts/current".to_owned()),
        (Method::POST, format!("/api/v1/carts/{id}/acknowledgements")),
        (Method::POST, format!("/api/v1/carts/{id}/merges")),
        (Method::GET, format!("/api/v1/carts/{id}")),
        (Method::PUT, format!("/api/v1/carts/{id}/items/CHAIR")),
        (Method::DELETE, format!("/api/v1/carts/{id}/items/CHAIR")),
        (Method::POST, "/api/v1/orders".to_owned()),
        (Method::GET, "/api/v1/orders".to_owned()),
        (Method::GET, format!("/api/v1/orders/{id}")),
        (Method::GET, format!("/api/v1/orders/{id}/events")),
        (Method::POST, format!("/api/v1/orders/{id}/cancellations")),
        (Method::PUT, format!("/api/v1/orders/{id}/address")),
        (Method::POST, format!("/api/v1/orders/{id}/shipments")),
        (Method::POST, format!("/api/v1/orders/{id}/deliveries")),
    ] {
        let knock = || shop.app.request(method.clone(), &path).idempotency_key("k");
        assert_eq!(knock().send().await.problem(401), "unauthenticated", "{method} {path}");
        assert_eq!(knock().bearer(&expired).send().await.problem(401), "unauthenticated", "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_order_is_not_there() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let stranger = testkit::customer();
    for path in [order.path(), format!("/api/v1/orders/{}", OrderId::new()), "/api/v1/orders/one".to_owned()]
    {
        assert_eq!(shop.app.get(&path).by(&stranger).send().await.problem(404), "not-found");
        let events = shop.app.get(&format!("{path}/events")).by(&stranger).send().await;
        assert_eq!(events.problem(404), "not-found");
        let cancel = shop.app.post(&format!("{path}/cancellations")).by(&stranger).idempotency_key("k");
        assert_eq!(cancel.send().await.problem(404), "not-found");
    }
    assert_eq!(order.view().await.status, OrderStatus::Pending);
    let no_key = shop.app.post(&format!("{}/cancellations", order.path())).by(&shop.customer).send().await;
    assert_eq!(no_key.problem(400), "idempotency-key-missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_one_orders_cancellation_does_not_fit_another() {
    let shop = Shop::open().await;
    let (one, other) = (shop.order().await, shop.order().await);
    assert_eq!(one.cancel("k").await.status.as_u16(), 202);
    assert_eq!(other.cancel("k").await.problem(422), "idempotency-key-reused");
    assert_eq!(other.view().await.status, OrderStatus::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_paged_oldest_first() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.reserved().await;
    order.asked::<AuthorizePayment>(1).await;
    let page = async |query: &str| {
        let path = format!("{}/events{query}", order.path());
        let answer = shop.app.get(&path).by(&shop.customer).send().await;
        (answer.expect::<Page<OrderEventView>>(200), answer.headers.get("link").cloned())
    };
    let (first, link) = page("?limit=3").await;
    let next = first.next.clone().unwrap();
    assert!(link.unwrap().to_str().unwrap().contains(&format!("after={next}")));
    let (rest, link) = page(&format!("?limit=3&after={next}")).await;
    assert_eq!((rest.next, link), (None, None));
    let all: Vec<_> =
        first.data.iter().chain(&rest.data).map(|event| (&*event.source, &*event.kind)).collect();
    assert_eq!(
        all,
        [
            ("/shop/orders", "order.created.v1"),
            ("/shop/orders", "stock.reserve.v1"),
            ("/shop/inventory", "stock.reserved.v1"),
            ("/shop/orders", "payment.authorize.v1"),
        ]
    );
    let strange = shop.app.get(&format!("{}/events?after=x", order.path())).by(&shop.customer).send().await;
    assert_eq!(strange.problem(400), "invalid-query");
}

async fn parked(shop: &Shop) -> String {
    let body = eventually("a message is parked", async || shop.app.broker.parked(Role::Orders).await).await;
    String::from_utf8(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_parked() {
    let shop = Shop::open().await;
    let broker = &shop.app.broker;
    broker.deliver_raw("shop.inventory", StockReserved::TYPE, b"not JSON").await;
    assert_eq!(parked(&shop).await, "not JSON");

    let order_id = OrderId::new();
    let mut envelope =
        platform::outbox::Event::new(&PaymentVoided { order_id }, shop.app.clock.now()).envelope().clone();
    envelope.data = serde_json::json!({ "order_id": "one" });
    broker.deliver_envelope(&envelope).await;
    assert!(parked(&shop).await.contains(r#""order_id":"one""#));

    broker.deliver(&PaymentVoided { order_id }).await;
    assert!(parked(&shop).await.contains(&order_id.to_string()), "an order that there is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_asked_for_is_parked_and_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let before = order.view().await;
    let (order_id, payment_id) = (order.id, PaymentId::new());
    shop.app.broker.deliver(&PaymentSucceeded { order_id, payment_id, amount: euros(18_998) }).await;
    assert!(parked(&shop).await.contains("payment.succeeded.v1"));
    assert_eq!(order.view().await, before);
    assert_eq!(order.kinds().await, ["order.created.v1", "stock.reserve.v1"]);
    // The order goes on as if nothing had been.
    order.is_confirmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_can_be_taken_back_and_put_up_again() {
    let database = testkit::TestDatabase::create().await;
    let url = ("DATABASE_URL".to_owned(), database.url());
    let pool = platform::Database::from_settings(&platform::Settings::new(Role::Orders, [url])).unwrap();
    let migrations = || Migrations(orders::SERVICE.migrations.unwrap()());
    let all = migrate::up(&pool, migrations()).await.unwrap();
    assert_eq!(migrate::down(&pool, migrations(), all.len()).await.unwrap().len(), all.len());
    assert_eq!(migrate::up(&pool, migrations()).await.unwrap(), all);
    database.remove().await;
}
