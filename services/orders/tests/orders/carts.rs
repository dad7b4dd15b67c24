//! Carts and the read model of products behind them.

use contracts::api::orders::CartView;
use kernel::{CartId, Currency, Money};

use crate::support::{Shop, euros, pieces, product};

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_shows_what_was_put_in_and_what_it_costs() {
    let shop = Shop::open().await;
    let created = shop.app.post("/api/v1/carts").by(&shop.customer).send().await;
    let empty: CartView = created.expect(201);
    assert_eq!(created.headers["location"], format!("/api/v1/carts/{}", empty.id));
    assert_eq!((empty.lines.len(), empty.total, empty.frozen), (0, None, false));

    shop.put(empty.id, "CHAIR", 5).await;
    shop.put(empty.id, "TABLE", 1).await;
    let cart = shop.put(empty.id, "CHAIR", 2).await;
    assert_eq!(cart, shop.cart(empty.id).await);
    let lines: Vec<_> = cart.lines.iter().map(|line| (line.name.as_str(), line.total)).collect();
    assert_eq!(lines, [("The CHAIR", euros(3998)), ("The TABLE", euros(15_000))]);
    assert_eq!(cart.total, Some(euros(18_998)));

    let chair = format!("/api/v1/carts/{}/items/CHAIR", cart.id);
    for _ in 0..2 {
        let cart: CartView = shop.app.delete(&chair).by(&shop.customer).send().await.expect(200);
        assert_eq!(cart.total, Some(euros(15_000)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_refuses_what_is_not_sold_and_what_does_not_fit() {
    let shop = Shop::open().await;
    shop.tell(&product("BURRITO", Money::new(9900, Currency::Mxn))).await;
    shop.tell(&product("PALACE", euros(i64::MAX))).await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    for (sku, count, status, code) in [
        ("LAMP", 1, 404, "unknown-sku"),
        ("no-sku", 1, 404, "unknown-sku"),
        ("BURRITO", 1, 422, "mixed-currencies"),
        ("PALACE", 1, 422, "amount-too-large"),
    ] {
        let put = shop.app.put(&format!("/api/v1/carts/{cart}/items/{sku}")).by(&shop.customer);
        assert_eq!(put.json(&pieces(count)).send().await.problem(status), code, "{sku}");
    }
    for (body, status, code) in [
        (r#"{"quantity": 0}"#, 422, "invalid-body"),
        (r#"{"quantity": 1000001}"#, 422, "invalid-body"),
        (r#"{"#, 400, "malformed-body"),
    ] {
        let put = shop.app.put(&format!("/api/v1/carts/{cart}/items/CHAIR")).by(&shop.customer);
        assert_eq!(put.body("application/json", body).send().await.problem(status), code, "{body}");
    }
    assert_eq!(shop.cart(cart).await.lines.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_has_fifty_lines_even_when_more_are_put_in_at_once() {
    let shop = Shop::open().await;
    for number in 0..55 {
        shop.app.broker.deliver(&product(&format!("P{number}"), euros(100))).await;
    }
    testkit::eventually("all products are known", async || {
        let known = shop.app.database().number("SELECT count(*) AS number FROM products").await;
        (known == 57).then_some(())
    })
    .await;
    let cart = shop.new_cart().await;
    for number in 0..48 {
        shop.put(cart, &format!("P{number}"), 1).await;
    }
    let puts = (48..55).map(|number| {
        let path = format!("/api/v1/carts/{cart}/items/P{number}");
        let put = shop.app.put(&path).by(&shop.customer).json(&pieces(1));
        async { put.send().await.status.as_u16() }
    });
    let mut statuses = futures::future::join_all(puts).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 422, 422, 422, 422, 422]);
    assert_eq!(shop.cart(cart).await.lines.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_price_counts_in_whatever_order_it_arrives() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.tell_version(&product("CHAIR", euros(300)), 3).await;
    shop.tell_version(&product("CHAIR", euros(200)), 2).await;
    assert_eq!(shop.put(cart, "CHAIR", 1).await.total, Some(euros(300)));
    shop.tell_version(&product("CHAIR", euros(400)), 4).await;
    assert_eq!(shop.cart(cart).await.total, Some(euros(400)));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_cart_is_not_there() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    let stranger = testkit::customer();
    for cart in [cart, CartId::new()] {
        let path = format!("/api/v1/carts/{cart}");
        let item = format!("{path}/items/CHAIR");
        assert_eq!(shop.app.get(&path).by(&stranger).send().await.problem(404), "not-found");
        let put = shop.app.put(&item).by(&stranger).json(&pieces(1));
        assert_eq!(put.send().await.problem(404), "not-found");
        assert_eq!(shop.app.delete(&item).by(&stranger).send().await.problem(404), "not-found");
    }
}
