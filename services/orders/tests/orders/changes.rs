//! What has changed since the shopper saw it is told before anything is ordered.

use contracts::api::ProblemBody;
use contracts::api::orders::{
    Acknowledgement, CartChange, CartView, Checkout, EndReason, OrderStatus, OrderView, SeenPrice,
};
use contracts::messages::catalog::{ProductPriceChanged, ProductWithdrawn};
use contracts::messages::inventory::StockLevelChanged;
use contracts::messages::orders::{OrderCreated, ReserveStock};
use kernel::{CartId, Currency, Money, Quantity};

use crate::support::{Shop, euros, product, sku};

impl Shop {
    async fn costs(&self, name: &str, price: Money, version: i64) {
        self.tell_version(&ProductPriceChanged { sku: sku(name), price }, version).await;
    }

    async fn holds(&self, name: &str, available: i64, version: i64) {
        let level = StockLevelChanged { sku: sku(name), on_hand: available, available };
        self.tell_version(&level, version).await;
    }

    async fn accept(&self, cart: CartId, price: Money) -> CartView {
        let prices = vec![SeenPrice { sku: sku("CHAIR"), unit_price: price }];
        let post = self.app.post(&format!("/api/v1/carts/{cart}/acknowledgements")).by(&self.customer);
        post.json(&Acknowledgement { prices }).send().await.expect(200)
    }

    async fn refused(&self, checkout: &Checkout, key: &str) -> Vec<CartChange> {
        let answer = self.check_out(checkout, key).await;
        assert_eq!(answer.problem(409), "cart-changed");
        assert!(!self.cart(checkout.cart_id).await.frozen);
        answer.expect::<ProblemBody>(409).changes
    }
}

fn dearer(from: i64, to: i64) -> CartChange {
    CartChange::PriceChanged { sku: sku("CHAIR"), from: euros(from), to: euros(to) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_moved_is_told_and_paid_only_once_it_is_accepted() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 2).await;
    assert_eq!(shop.cart(cart).await.changes, []);
    shop.costs("CHAIR", euros(2500), 7).await;

    assert_eq!(shop.refused(&Checkout::of(cart), "k").await, [dearer(1999, 2500)]);
    let shown = shop.cart(cart).await;
    assert_eq!((shown.changes, shown.total), (vec![dearer(1999, 2500)], Some(euros(5000))));
    assert_eq!((shown.lines[0].seen_price, shown.lines[0].unit_price), (euros(1999), euros(2500)));
    assert_eq!(shop.app.database().number("SELECT count(*) AS number FROM orders").await, 0);

    // It moves once more between the look and the nod: what is accepted is what was seen.
    shop.costs("CHAIR", euros(3000), 8).await;
    assert_eq!(shop.accept(cart, euros(2500)).await.changes, [dearer(2500, 3000)]);
    assert_eq!(shop.refused(&Checkout::of(cart), "k").await, [dearer(2500, 3000)]);
    assert_eq!(shop.accept(cart, euros(3000)).await.changes, []);
    let order: OrderView = shop.check_out(&Checkout::of(cart), "k").await.expect(201);
    assert_eq!(order.total, euros(6000));
    assert_eq!(shop.app.published.first::<OrderCreated>().await.total, euros(6000));
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_it_in_again_is_seeing_its_price() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 2).await;
    shop.costs("CHAIR", euros(1500), 7).await;
    assert_eq!(shop.cart(cart).await.changes, [dearer(1999, 1500)]);
    assert_eq!(shop.put(cart, "CHAIR", 1).await.changes, []);
    shop.place(cart, "k").await.expect::<OrderView>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_for_the_total_that_was_expected() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 2).await;
    for wrong in [euros(3997), Money::new(3998, Currency::Usd)] {
        let checkout = Checkout { expected_total: Some(wrong), ..Checkout::of(cart) };
        assert_eq!(shop.refused(&checkout, "k").await, []);
    }
    let unknown = serde_json::json!({
        "cart_id": cart, "expected_total": { "amount_minor": 3998, "currency": "XXX" }
    });
    let post = shop.app.post("/api/v1/orders").by(&shop.customer).idempotency_key("k").json(&unknown);
    assert_eq!(post.send().await.problem(422), "invalid-body");
    let checkout = Checkout { expected_total: Some(euros(3998)), ..Checkout::of(cart) };
    shop.check_out(&checkout, "k").await.expect::<OrderView>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_to_be_short_is_told_and_tried_only_when_the_shopper_insists() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 2).await;
    shop.holds("CHAIR", 1, 5).await;
    shop.holds("CHAIR", 9, 4).await;
    let wanted = Quantity::new(2).unwrap();
    let short = CartChange::Unavailable { sku: sku("CHAIR"), wanted, available: 1 };
    assert_eq!(shop.cart(cart).await.changes, std::slice::from_ref(&short));
    assert_eq!(shop.refused(&Checkout::of(cart), "k").await, [short]);

    let insisting = Checkout { even_if_short: true, ..Checkout::of(cart) };
    let order: OrderView = shop.check_out(&insisting, "insist").await.expect(201);
    assert_eq!(shop.app.published.first::<ReserveStock>().await.order_id, order.id);

    let other = shop.new_cart().await;
    shop.put(other, "CHAIR", 1).await;
    shop.place(other, "other").await.expect::<OrderView>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_inventory_answers_counts_whatever_was_known() {
    let shop = Shop::open().await;
    shop.holds("CHAIR", 100, 5).await;
    let order = shop.order().await;
    order.short().await;
    let view = order.becomes(OrderStatus::Rejected).await;
    assert!(matches!(view.reason, Some(EndReason::OutOfStock { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sold_any_more_has_to_be_taken_out() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    shop.put(cart, "TABLE", 1).await;
    shop.tell_version(&ProductWithdrawn { sku: sku("TABLE") }, 5).await;
    let gone = CartChange::Withdrawn { sku: sku("TABLE") };
    let insisting = Checkout { even_if_short: true, ..Checkout::of(cart) };
    for checkout in [Checkout::of(cart), insisting] {
        assert_eq!(shop.refused(&checkout, "k").await, std::slice::from_ref(&gone));
    }
    let table = format!("/api/v1/carts/{cart}/items/TABLE");
    let taken_out = shop.app.delete(&table).by(&shop.customer).header("if-match", "*").send().await;
    assert_eq!(taken_out.expect::<CartView>(200).changes, []);
    shop.place(cart, "k").await.expect::<OrderView>(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_accepted_by_whose_cart_it_is() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    let path = format!("/api/v1/carts/{cart}/acknowledgements");
    let body = Acknowledgement { prices: vec![] };
    let stranger = shop.app.post(&path).by(&testkit::customer()).json(&body).send().await;
    assert_eq!(stranger.problem(404), "not-found");
    assert_eq!(shop.app.post(&path).json(&body).send().await.problem(401), "unauthenticated");
    shop.place(cart, "k").await.expect::<OrderView>(201);
    let late = shop.app.post(&path).by(&shop.customer).json(&body).send().await;
    assert_eq!(late.problem(409), "cart-frozen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_in_another_currency_is_a_change_like_any_other() {
    let shop = Shop::open().await;
    let cart = shop.new_cart().await;
    shop.put(cart, "CHAIR", 1).await;
    shop.put(cart, "TABLE", 1).await;
    shop.costs("CHAIR", Money::new(2100, Currency::Usd), 7).await;
    assert_eq!(shop.refused(&Checkout::of(cart), "k").await.len(), 1);
    assert_eq!(shop.cart(cart).await.total, None);
    shop.accept(cart, Money::new(2100, Currency::Usd)).await;
    assert_eq!(shop.place(cart, "k").await.problem(422), "mixed-currencies");
    shop.tell_version(&product("TABLE", Money::new(16_000, Currency::Usd)), 8).await;
    assert_eq!(shop.put(cart, "TABLE", 1).await.total, Some(Money::new(18_100, Currency::Usd)));
    shop.place(cart, "k").await.expect::<OrderView>(201);
}
