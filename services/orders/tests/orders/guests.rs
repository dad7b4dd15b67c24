//! Carts of guests: opened by their token, merged at log-in, not kept for ever.

use chrono::TimeDelta;
use contracts::api::orders::{CartView, NewCartView};
use kernel::{CartId, Currency, Money};
use testkit::eventually;

use crate::support::{Person, Shop, euros, pieces, product};

async fn current(shop: &Shop, who: &Person) -> CartView {
    shop.app.get("/api/v1/carts/current").by(who).send().await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_fills_a_cart_without_an_account() {
    let shop = Shop::open().await;
    let made = shop.app.post("/api/v1/carts").send().await;
    let view: NewCartView = made.expect(201);
    let token = view.cart_token.unwrap();
    assert_eq!((token.len(), &made.headers["etag"]), (64, &"\"1\"".parse().unwrap()));
    let stored =
        format!("SELECT count(*) AS number FROM carts WHERE encode(token_hash, 'escape') LIKE '%{token}%'");
    assert_eq!(shop.app.database().number(&stored).await, 0, "only its digest is stored");

    let guest = shop.guest().await;
    let cart = guest.put("CHAIR", 2).await;
    assert_eq!((cart.total, cart.version), (Some(euros(3998)), 2));
    let shown = guest.get().await.expect::<serde_json::Value>(200);
    assert_eq!((shown["version"].as_i64(), shown.get("cart_token")), (Some(2), None), "told once");
    let own: NewCartView = shop.app.post("/api/v1/carts").by(&shop.customer).send().await.expect(201);
    assert!(own.cart_token.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_own_token_opens_a_guests_cart() {
    let shop = Shop::open().await;
    let (guest, other) = (shop.guest().await, shop.guest().await);
    let own = shop.new_cart().await;
    let get = |path: &str| shop.app.get(path);
    for wrong in [other.token.as_str(), "", "x", &guest.token[1..]] {
        let answer = get(&guest.path()).header("cart-token", wrong).send().await;
        assert_eq!(answer.problem(404), "not-found", "{wrong}");
        let item = format!("{}/items/CHAIR", guest.path());
        let put = shop.app.put(&item).header("cart-token", wrong).header("if-match", "*").json(&pieces(1));
        assert_eq!(put.send().await.problem(404), "not-found", "{wrong}");
    }
    assert_eq!(get(&guest.path()).send().await.problem(401), "unauthenticated");
    assert_eq!(get(&guest.path()).by(&shop.customer).send().await.problem(404), "not-found");
    let customers = get(&format!("/api/v1/carts/{own}")).header("cart-token", &guest.token);
    assert_eq!(customers.send().await.problem(404), "not-found");
    // A log-in that is no good is told, whatever else is shown.
    let bad = get(&guest.path()).bearer("a.b.c").header("cart-token", &guest.token).send().await;
    assert_eq!(bad.problem(401), "unauthenticated");
    assert_eq!(shop.app.post("/api/v1/carts").bearer("a.b.c").send().await.problem(401), "unauthenticated");
    let order = shop.app.post("/api/v1/orders").header("cart-token", &guest.token).idempotency_key("k");
    let order = order.json(&serde_json::json!({ "cart_id": guest.cart })).send().await;
    assert_eq!(order.problem(401), "unauthenticated");
    assert_eq!(shop.place(guest.cart, "k").await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_guest_put_aside_is_added_to_the_customers_own() {
    let shop = Shop::open().await;
    let guest = shop.guest().await;
    guest.put("CHAIR", 2).await;
    guest.put("TABLE", 1_000_000).await;
    let own = shop.new_cart().await;
    shop.put(own, "TABLE", 5).await;

    let merged: CartView = guest.merge(&shop.customer, "\"3\"").await.expect(200);

    assert_eq!(merged.id, own);
    let lines: Vec<_> =
        merged.lines.iter().map(|line| (line.sku.as_str(), i64::from(line.quantity))).collect();
    assert_eq!(lines, [("TABLE", 1_000_000), ("CHAIR", 2)]);
    assert_eq!(shop.cart(own).await, merged);
    assert_eq!(guest.get().await.problem(404), "not-found", "the guest's cart is gone");

    let again: CartView = guest.merge(&shop.customer, "\"3\"").await.expect(200);
    assert_eq!(again, merged);
    // Not even with the token does somebody else learn what is in it by now.
    assert_eq!(guest.merge(&testkit::customer(), "*").await.problem(404), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_many_ask_for_at_once_is_done_once() {
    let shop = Shop::open().await;
    let guest = shop.guest().await;
    guest.put("CHAIR", 2).await;

    let all = futures::future::join_all((0..6).map(|_| guest.merge(&shop.customer, "\"2\""))).await;

    let carts: Vec<CartView> = all.iter().map(|answer| answer.expect(200)).collect();
    assert!(carts.iter().all(|cart| cart.id == carts[0].id && cart.total == Some(euros(3998))));
    assert_eq!(current(&shop, &shop.customer).await, carts[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_guests_who_are_one_customer_get_one_cart() {
    let shop = Shop::open().await;
    let (phone, desk) = (shop.guest().await, shop.guest().await);
    phone.put("CHAIR", 1).await;
    desk.put("TABLE", 1).await;

    let (one, other) =
        futures::future::join(phone.merge(&shop.customer, "*"), desk.merge(&shop.customer, "*")).await;

    assert_eq!(one.expect::<CartView>(200).id, other.expect::<CartView>(200).id);
    assert_eq!(current(&shop, &shop.customer).await.total, Some(euros(16_999)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_can_not_be_changes_nothing() {
    let shop = Shop::open().await;
    shop.tell(&product("BURRITO", Money::new(9900, Currency::Mxn))).await;
    let own = shop.new_cart().await;
    let before = shop.put(own, "CHAIR", 1).await;
    let guest = shop.guest().await;
    let put_aside = guest.put("BURRITO", 1).await;

    assert_eq!(guest.merge(&shop.customer, "*").await.problem(422), "mixed-currencies");
    assert_eq!(guest.merge(&shop.customer, "\"1\"").await.problem(412), "precondition-failed");
    let path = format!("{}/merges", guest.path());
    let unseen = shop.app.post(&path).by(&shop.customer).header("cart-token", &guest.token).send().await;
    assert_eq!(unseen.problem(428), "precondition-required");
    let nobody = shop.app.post(&path).header("cart-token", &guest.token).header("if-match", "*").send().await;
    assert_eq!(nobody.problem(401), "unauthenticated");
    for token in ["", "x"] {
        let wrong =
            shop.app.post(&path).by(&shop.customer).header("if-match", "*").header("cart-token", token);
        assert_eq!(wrong.send().await.problem(404), "not-found");
    }
    let unknown = shop.app.post(&format!("/api/v1/carts/{}/merges", CartId::new())).by(&shop.customer);
    let unknown = unknown.header("if-match", "*").header("cart-token", &guest.token).send().await;
    assert_eq!(unknown.problem(404), "not-found");

    assert_eq!(shop.cart(own).await, before);
    assert_eq!(guest.get().await.expect::<CartView>(200), put_aside);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_guests_left_a_month_ago_is_cleared_away() {
    let shop = Shop::open_with(&[("CART_UPKEEP_SECONDS", "1")]).await;
    let (left, merged) = (shop.guest().await, shop.guest().await);
    left.put("CHAIR", 1).await;
    merged.put("CHAIR", 1).await;
    merged.merge(&shop.customer, "*").await.expect::<CartView>(200);
    shop.app.clock.advance(TimeDelta::days(29));
    let touched = shop.guest().await;
    shop.app.clock.advance(TimeDelta::days(2));
    let carts = async |of: &str| {
        shop.app.database().number(&format!("SELECT count(*) AS number FROM carts WHERE {of}")).await
    };
    eventually("old carts are gone", async || (carts("token_hash IS NOT NULL").await == 1).then_some(()))
        .await;
    touched.get().await.expect::<CartView>(200);
    assert_eq!(left.get().await.problem(404), "not-found");
    assert_eq!(carts("customer_id IS NOT NULL").await, 1, "customers' carts stay");
}
