//! Carts and the read model of products behind them.

use contracts::api::orders::CartView;
use contracts::messages::catalog::{ProductPriceChanged, ProductPublished, ProductWithdrawn};
use kernel::{CartId, Currency, Money};

use crate::support::{Shop, euros, pieces, product, sku};

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
        let cart: CartView =
            shop.app.delete(&chair).by(&shop.customer).header("if-match", "*").send().await.expect(200);
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
        let put = shop
            .app
            .put(&format!("/api/v1/carts/{cart}/items/{sku}"))
            .by(&shop.customer)
            .header("if-match", "*");
        assert_eq!(put.json(&pieces(count)).send().await.problem(status), code, "{sku}");
    }
    for (body, status, code) in [
        (r#"{"quantity": 0}"#, 422, "invalid-body"),
        (r#"{"quantity": 1000001}"#, 422, "invalid-body"),
        (r#"{"#, 400, "malformed-body"),
    ] {
        let put = shop
            .app
            .put(&format!("/api/v1/carts/{cart}/items/CHAIR"))
            .by(&shop.customer)
            .header("if-match", "*");
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
        let put = shop.app.put(&path).by(&shop.customer).header("if-match", "*").json(&pieces(1));
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

    let price = |amount| ProductPriceChanged { sku: sku("CHAIR"), price: euros(amount) };
    shop.tell_version(&price(600), 6).await;
    shop.tell_version(&price(500), 5).await;
    assert_eq!(shop.cart(cart).await.total, Some(euros(600)));
    // Its name is news, though its price is not.
    let named = ProductPublished { name: "Stool".to_owned(), ..product("CHAIR", euros(550)) };
    shop.tell_version(&named, 5).await;
    let line = shop.cart(cart).await.lines.remove(0);
    assert_eq!((line.name.as_str(), line.unit_price), ("Stool", euros(600)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_product_before_it_is_published_counts_too() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    let item = |sku: &str| {
        let path = format!("/api/v1/carts/{cart}/items/{sku}");
        shop.app.put(&path).by(&shop.customer).header("if-match", "*").json(&pieces(1))
    };
    shop.tell_version(&ProductPriceChanged { sku: sku("LAMP"), price: euros(300) }, 2).await;
    shop.tell_version(&ProductWithdrawn { sku: sku("DESK") }, 2).await;
    for sku in ["LAMP", "DESK"] {
        assert_eq!(item(sku).send().await.problem(404), "unknown-sku", "{sku}");
        shop.tell_version(&product(sku, euros(200)), 1).await;
    }
    let filled: CartView = item("LAMP").send().await.expect(200);
    assert_eq!(filled.total, Some(euros(300)));
    assert_eq!(item("DESK").send().await.problem(404), "unknown-sku");
    shop.tell_version(&product("DESK", euros(200)), 3).await;
    item("DESK").send().await.expect::<CartView>(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_made_to_what_was_seen_or_not_at_all() {
    let shop = Shop::open().await;
    let created = shop.app.post("/api/v1/carts").by(&shop.customer).send().await;
    let cart: CartView = created.expect(201);
    assert_eq!(created.headers["etag"], "\"1\"");
    let path = format!("/api/v1/carts/{}/items/CHAIR", cart.id);
    let put = |seen: &'static str| {
        shop.app.put(&path).by(&shop.customer).header("if-match", seen).json(&pieces(2)).send()
    };
    let first = put("\"1\"").await;
    assert_eq!(
        (first.expect::<CartView>(200).version, &first.headers["etag"]),
        (2, &"\"2\"".parse().unwrap())
    );
    assert_eq!(put("\"1\"").await.problem(412), "precondition-failed");
    assert_eq!(put("1").await.problem(400), "if-match-invalid");
    let (unseen_put, unseen_delete) = (shop.app.put(&path).json(&pieces(1)), shop.app.delete(&path));
    for unseen in [unseen_put, unseen_delete] {
        assert_eq!(unseen.by(&shop.customer).send().await.problem(428), "precondition-required");
    }
    let delete =
        |seen: &'static str| shop.app.delete(&path).by(&shop.customer).header("if-match", seen).send();
    assert_eq!(delete("\"1\"").await.problem(412), "precondition-failed");
    assert_eq!(delete("\"2\"").await.expect::<CartView>(200).version, 3);
    // There was nothing to take out: still the same.
    assert_eq!(delete("\"3\"").await.expect::<CartView>(200).version, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_to_what_was_seen_one_is_made() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    let path = format!("/api/v1/carts/{cart}/items/CHAIR");
    let puts = (1..=6).map(|count| {
        shop.app.put(&path).by(&shop.customer).header("if-match", "\"1\"").json(&pieces(count)).send()
    });
    let answers = futures::future::join_all(puts).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
    let made = answers.iter().find(|answer| answer.status == 200).unwrap();
    assert_eq!(shop.cart(cart).await, made.expect::<CartView>(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_cart_is_the_newest_that_is_no_order() {
    let shop = Shop::open().await;
    let current = async || shop.app.get("/api/v1/carts/current").by(&shop.customer).send().await;
    assert_eq!(current().await.problem(404), "not-found");
    let (older, newer) = (shop.new_cart().await, shop.new_cart().await);
    assert_eq!(current().await.expect::<CartView>(200).id, newer);
    shop.put(newer, "CHAIR", 1).await;
    shop.place(newer, "k").await.expect::<serde_json::Value>(201);
    assert_eq!(current().await.expect::<CartView>(200).id, older);
    let stranger = shop.app.get("/api/v1/carts/current").by(&testkit::customer()).send().await;
    assert_eq!(stranger.problem(404), "not-found");
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
        let put = shop.app.put(&item).by(&stranger).header("if-match", "*").json(&pieces(1));
        assert_eq!(put.send().await.problem(404), "not-found");
        let delete = shop.app.delete(&item).by(&stranger).header("if-match", "*");
        assert_eq!(delete.send().await.problem(404), "not-found");
    }
}
