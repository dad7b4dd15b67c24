//! After the payment: where the goods go, that they leave and arrive, and who sees all of it.

use contracts::api::Page;
use contracts::api::orders::{Address, Checkout, NewShipment, OrderStatus, OrderView};
use contracts::messages::orders::{OrderCompleted, OrderShipped, RefundPayment, ReserveStock};
use kernel::OrderId;
use serde_json::Value;

use crate::support::{Person, Placed, Shop, home, support};

impl Placed<'_> {
    async fn send_to(&self, address: &Address, seen: &str) -> testkit::Response {
        let put = self.shop.app.put(&format!("{}/address", self.path())).by(&self.shop.customer);
        put.header("if-match", seen).json(address).send().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_order_is_shipped_and_delivered_by_the_support_team() {
    let shop = Shop::open().await;
    let (order, support) = (shop.order().await, support());
    order.is_confirmed().await;
    let before = order.view().await.version;

    let shipped: OrderView = order.ship(&support, "k").await.expect(201);

    let shipment = shipped.shipment.clone().unwrap();
    assert_eq!((shipped.status, shipped.version), (OrderStatus::Fulfilling, before + 1));
    assert_eq!((shipment.carrier.as_deref(), shipment.tracking.as_deref()), (Some("Post"), Some("1Z9")));
    assert_eq!(order.view().await, shipped);
    assert_eq!(order.ship(&support, "k").await.expect::<OrderView>(201), shipped);

    let delivered: OrderView = order.deliver(&support, "k").await.expect(201);
    assert_eq!(delivered.status, OrderStatus::Completed);
    assert!(delivered.shipment.unwrap().delivered_at.is_some());
    order.asked::<OrderShipped>(1).await;
    order.asked::<OrderCompleted>(1).await;
    let kinds = order.kinds().await;
    let told = ["action.order-shipped", "order.shipped.v1", "action.order-delivered", "order.completed.v1"];
    assert_eq!(kinds[kinds.len() - 4..], told);
    let versions: Vec<i64> = shop.app.published.all().iter().map(|event| event.aggregateversion).collect();
    assert!(versions.is_sorted(), "{versions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_before_it_is_paid_nor_twice() {
    let shop = Shop::open().await;
    let (order, support) = (shop.order().await, support());
    assert_eq!(order.ship(&support, "k").await.problem(409), "not-shippable");
    assert_eq!(order.deliver(&support, "k").await.problem(409), "not-deliverable");
    order.is_confirmed().await;
    assert_eq!(order.deliver(&support, "k").await.problem(409), "not-deliverable");
    let keys: Vec<String> = (0..4).map(|number| format!("ship-{number}")).collect();
    let all = futures::future::join_all(keys.iter().map(|key| order.ship(&support, key))).await;
    let mut statuses: Vec<u16> = all.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    order.asked::<OrderShipped>(1).await;
    order.deliver(&support, "d").await.expect::<OrderView>(201);
    assert_eq!(order.deliver(&support, "e").await.problem(409), "not-deliverable");
    assert_eq!(order.ship(&support, "f").await.problem(409), "not-shippable");
}

#[tokio::test(flavor = "multi_thread")]
async fn either_the_goods_leave_or_the_money_goes_back() {
    let shop = Shop::open().await;
    let support = support();
    for round in 0..4 {
        let order = shop.order().await;
        order.is_confirmed().await;
        let key = format!("k{round}");
        let (shipped, cancelled) =
            futures::future::join(order.ship(&support, &key), order.cancel(&key)).await;
        let view = order.view().await;
        if shipped.status == 201 {
            assert_eq!(cancelled.problem(409), "already-shipped");
            assert_eq!(view.status, OrderStatus::Fulfilling);
            order.asked::<RefundPayment>(0).await;
        } else {
            assert_eq!((shipped.problem(409).as_str(), cancelled.status.as_u16()), ("not-shippable", 202));
            order.asked::<RefundPayment>(1).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shipping_is_for_the_support_team() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    order.is_confirmed().await;
    for person in [&shop.customer, &testkit::seller()] {
        assert_eq!(order.ship(person, "k").await.problem(403), "forbidden");
        assert_eq!(order.deliver(person, "k").await.problem(403), "forbidden");
    }
    let path = format!("/api/v1/orders/{}/shipments", OrderId::new());
    let post = || shop.app.post(&path).by(&support()).json(&NewShipment::default());
    assert_eq!(post().send().await.problem(400), "idempotency-key-missing");
    assert_eq!(post().idempotency_key("k").send().await.problem(404), "not-found");
    let long = NewShipment { carrier: Some("x".repeat(101)), tracking: None };
    let post = shop.app.post(&format!("{}/shipments", order.path())).by(&support()).idempotency_key("k");
    assert_eq!(post.json(&long).send().await.problem(422), "invalid-body");
    assert_eq!(order.view().await.status, OrderStatus::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_decides_from_where_it_is_sent_and_stays_in_the_house() {
    let shop = Shop::open_with(&[("REGIONS", "ES=eu-south,DE=eu-central")]).await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    let checkout = Checkout { address: Some(home()), ..Checkout::of(cart) };
    let placed = shop.check_out(&checkout, "k").await;
    assert!(!placed.text().contains("Calle"), "answers are remembered; addresses are not");
    let order = Placed { shop: &shop, id: placed.expect::<OrderView>(201).id, cart };
    assert_eq!(order.view().await.address, Some(home()));
    let asked: ReserveStock = shop.app.published.first().await;
    assert_eq!(asked.region.unwrap().as_str(), "eu-south");

    let abroad = Address { name: "B. Shopper".to_owned(), country: "DE".to_owned(), ..home() };
    let changed = order.send_to(&abroad, "\"1\"").await;
    assert_eq!(changed.expect::<OrderView>(200).address, Some(abroad.clone()));
    assert_eq!((order.view().await.address, order.view().await.version), (Some(abroad), 2));
    assert_eq!(order.kinds().await.last().unwrap(), "action.address-changed");
    let said = serde_json::to_string(&shop.app.published.all()).unwrap();
    let kept = "SELECT count(*) AS number FROM order_events WHERE data::text ~ 'Shopper|Calle'";
    assert!(!said.contains("Shopper") && !said.contains("Calle"));
    assert_eq!(shop.app.database().number(kept).await, 0);
    let (list, stranger) = ("/api/v1/orders", testkit::customer());
    assert!(!shop.app.get(list).by(&shop.customer).send().await.text().contains("Calle"));
    assert_eq!(shop.app.get(&order.path()).by(&stranger).send().await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_to_another_address_until_it_has_left() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let path = format!("{}/address", order.path());
    let put = |person: &Person| shop.app.put(&path).by(person).json(&home());
    assert_eq!(put(&shop.customer).send().await.problem(428), "precondition-required");
    let stranger = put(&testkit::customer()).header("if-match", "*").send().await;
    assert_eq!(stranger.problem(404), "not-found");
    let nowhere = Address { country: "XX".to_owned(), city: String::new(), ..home() };
    let refusal = order.send_to(&nowhere, "*").await.expect::<contracts::api::ProblemBody>(422);
    let fields: Vec<_> = refusal.errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["city", "country"]);

    let seen = shop.app.get(&order.path()).by(&shop.customer).send().await.headers["etag"].clone();
    let seen = seen.to_str().unwrap();
    let both = futures::future::join(order.send_to(&home(), seen), order.send_to(&home(), seen)).await;
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);

    order.is_confirmed().await;
    assert_eq!(order.send_to(&home(), seen).await.problem(412), "precondition-failed");
    put(&support()).header("if-match", "*").send().await.expect::<OrderView>(200);
    order.ship(&support(), "k").await.expect::<OrderView>(201);
    assert_eq!(order.send_to(&home(), "*").await.problem(409), "already-shipped");
    assert_eq!(order.cancel("k").await.problem(409), "already-shipped");
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    let checkout = Checkout { address: Some(nowhere), ..Checkout::of(cart) };
    assert!(shop.check_out(&checkout, "n").await.text().contains("\"address.country\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_support_team_sees_every_order_and_customers_their_own() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let (team, admin) = (support(), (shop.customer.0, vec![contracts::api::users::UserRole::Admin]));
    let of_customer = format!("/api/v1/orders?customer={}", shop.customer.0);
    for person in [&team, &admin, &shop.customer] {
        let view: OrderView = shop.app.get(&order.path()).by(person).send().await.expect(200);
        assert_eq!(view.id, order.id);
        let events = shop.app.get(&format!("{}/events", order.path())).by(person).send().await;
        assert_eq!(events.expect::<Page<Value>>(200).data.len(), 2);
        let list: Page<OrderView> = shop.app.get(&of_customer).by(person).send().await.expect(200);
        assert_eq!(list.data.len(), 1);
    }
    let own: Page<OrderView> = shop.app.get("/api/v1/orders").by(&team).send().await.expect(200);
    assert_eq!(own.data, []);
    for person in [testkit::customer(), testkit::seller()] {
        assert_eq!(shop.app.get(&of_customer).by(&person).send().await.problem(403), "forbidden");
    }
    let strange = shop.app.get("/api/v1/orders?customer=one").by(&team).send().await;
    assert_eq!(strange.problem(400), "invalid-query");
    // To see it is not to cancel it.
    let cancel = shop.app.post(&format!("{}/cancellations", order.path())).by(&team).idempotency_key("k");
    assert_eq!(cancel.send().await.problem(404), "not-found");
}
