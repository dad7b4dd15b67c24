//! Checkout: one order from one cart, at the prices of that moment.

use contracts::api::Page;
use contracts::api::orders::{OrderStatus, OrderView};
use contracts::messages::orders::{OrderCreated, ReserveStock};
use kernel::{CartId, OrderId};

use crate::support::{Shop, euros, pieces, product};

#[tokio::test(flavor = "multi_thread")]
async fn checkout_freezes_the_cart_and_its_prices() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 2).await;
    let placed = shop.place(cart, "k").await;
    let order: OrderView = placed.expect(201);
    assert_eq!(placed.headers["location"], format!("/api/v1/orders/{}", order.id));
    assert_eq!((order.status, order.total, &order.reason), (OrderStatus::Pending, euros(3998), &None));

    let created: OrderCreated = shop.app.published.first().await;
    assert_eq!((created.order_id, created.customer_id), (order.id, shop.customer.0));
    assert_eq!((created.total, created.lines[0].unit_price), (euros(3998), euros(1999)));
    let reserve: ReserveStock = shop.app.published.first().await;
    assert_eq!((reserve.order_id, i64::from(reserve.lines[0].quantity)), (order.id, 2));

    shop.tell_version(&product("CHAIR", euros(5000)), 9).await;
    let path = format!("/api/v1/orders/{}", order.id);
    assert_eq!(shop.app.get(&path).by(&shop.customer).send().await.expect::<OrderView>(200), order);

    assert!(shop.cart(cart).await.frozen);
    let item = format!("/api/v1/carts/{cart}/items/CHAIR");
    let put = shop.app.put(&item).by(&shop.customer).header("if-match", "*").json(&pieces(1));
    assert_eq!(put.send().await.problem(409), "cart-frozen");
    let delete = shop.app.delete(&item).by(&shop.customer).header("if-match", "*");
    assert_eq!(delete.send().await.problem(409), "cart-frozen");
    assert_eq!(shop.place(cart, "another").await.problem(409), "cart-frozen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_checked_out_many_times_at_once_becomes_one_order() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    let keys: Vec<String> = (0..6).map(|number| format!("k{number}")).collect();
    let all = futures::future::join_all(keys.iter().map(|key| shop.place(cart, key))).await;
    let mut statuses: Vec<u16> = all.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    assert_eq!(shop.app.database().number("SELECT count(*) AS number FROM orders").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_cart_shows_after_the_last_put_is_what_is_ordered() {
    let shop = Shop::open().await;
    for round in 0..10 {
        let cart = shop.new_cart().await;
        shop.put(cart, "CHAIR", 1).await;
        let item = format!("/api/v1/carts/{cart}/items/TABLE");
        let key = format!("k{round}");
        let put = shop.app.put(&item).by(&shop.customer).header("if-match", "*").json(&pieces(1));
        let (put, placed) = futures::future::join(put.send(), shop.place(cart, &key)).await;
        let lines = if put.status.is_success() { 2 } else { 1 };
        assert_eq!(placed.expect::<OrderView>(201).lines.len(), lines, "{}", put.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_answer_and_one_order() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    let first = shop.place(cart, "k").await;
    let again = shop.place(cart, "k").await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.headers["location"], again.headers["location"]);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    assert_eq!(again.headers["idempotent-replayed"], "true");

    let other = shop.new_cart().await;
    assert_eq!(shop.place(other, "k").await.problem(422), "idempotency-key-reused");
    assert_eq!(shop.app.database().number("SELECT count(*) AS number FROM orders").await, 1);
    shop.app.published.first::<ReserveStock>().await;
    assert_eq!(shop.app.published.count::<OrderCreated>(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_ordered_changes_nothing() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    assert_eq!(shop.place(cart, "empty").await.problem(422), "cart-empty");
    assert!(!shop.cart(cart).await.frozen);
    assert_eq!(shop.place(CartId::new(), "unknown").await.problem(404), "not-found");

    shop.put(cart, "CHAIR", 1).await;
    let body = serde_json::json!({ "cart_id": cart });
    let orders = || shop.app.post("/api/v1/orders");
    let foreign = orders().by(&testkit::customer()).idempotency_key("k").json(&body).send().await;
    assert_eq!(foreign.problem(404), "not-found");
    let no_key = orders().by(&shop.customer).json(&body).send().await;
    assert_eq!(no_key.problem(400), "idempotency-key-missing");
    let no_cart = orders().by(&shop.customer).idempotency_key("k").json(&serde_json::json!({})).send().await;
    assert_eq!(no_cart.problem(422), "invalid-body");

    assert_eq!(shop.app.database().number("SELECT count(*) AS number FROM orders").await, 0);
    // A refusal is not remembered: the key is free for the corrected request.
    shop.place(cart, "empty").await.expect::<OrderView>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_page_through_their_own_orders_newest_first() {
    let shop = Shop::open().await;
    let mut placed: Vec<OrderId> = vec![];
    for _ in 0..3 {
        placed.insert(0, shop.order().await.id);
    }
    let page = async |query: &str| -> Page<OrderView> {
        shop.app.get(&format!("/api/v1/orders{query}")).by(&shop.customer).send().await.expect(200)
    };
    let first = page("?limit=2").await;
    let rest = page(&format!("?limit=2&after={}", first.next.as_ref().unwrap())).await;
    let ids = |page: &Page<OrderView>| page.data.iter().map(|order| order.id).collect::<Vec<_>>();
    assert_eq!((ids(&first), ids(&rest)), (placed[..2].to_vec(), placed[2..].to_vec()));
    assert_eq!(rest.next, None);
    assert_eq!(page("").await.data.len(), 3);

    let stranger = shop.app.get("/api/v1/orders").by(&testkit::customer()).send().await;
    assert_eq!(stranger.expect::<Page<OrderView>>(200).data, []);
}
