//! A shopper buys: through the API, in a browser, and with a card that is declined.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::api::orders::{EndReason, OrderStatus};
use contracts::api::payments::{DeclineReason, PaymentStatus, test_tokens};
use e2e::beside_others;
use e2e::browser::{Browser, in_a_browser};
use e2e::people::{
    PASSWORD, assert_stock, captures, final_order, find_payment, find_product, goods_of, new_email,
    place_order,
};
use fantoccini::Locator;
use kernel::{OrderId, Sku};
use shop_client::{Person, Shop};

/// The simulated provider accepts it.
const GOOD_CARD: &str = "4242 4242 4242 4242";

const FINAL_WITHIN: Duration = Duration::from_secs(60);

/// What every sale says, in whatever order of neighbours.
const SALE: [&str; 6] = [
    "order.created.v1",
    "stock.reserved.v1",
    "payment.authorized.v1",
    "stock.committed.v1",
    "payment.succeeded.v1",
    "order.confirmed.v1",
];

async fn kinds_of_events(shopper: &Person, order: OrderId) -> Result<Vec<String>> {
    let events = shopper.order_events(order).await?.data;
    ensure!(events.is_sorted_by_key(|event| event.time), "events are listed oldest first: {events:?}");
    Ok(events.into_iter().map(|event| event.kind).collect())
}

#[test]
fn a_shopper_buys_through_the_api() {
    beside_others("buying-through-the-api", async |story| {
        let seller = story.people.new_seller().await?;
        let shopper = story.people.new_shopper().await?;
        let offered = goods_of(&seller, 4_990, 10).await?;

        let chair = find_product(&story.people.shop, &offered.sku).await?;
        let order = place_order(&shopper, &chair.sku, 2).await?;
        shopper.pay(order.id, test_tokens::APPROVED).await?;
        let order = final_order(&shopper, order.id, FINAL_WITHIN).await;

        assert_eq!((order.status, order.total.amount_minor), (OrderStatus::Confirmed, 9_980));
        let payment = shopper.payment(order.id).await?;
        assert_eq!((payment.status, captures(Some(&payment))), (PaymentStatus::Captured, vec![9_980]));
        assert_stock(&seller, &chair.sku, 10, 2).await?;
        let events = kinds_of_events(&shopper, order.id).await?;
        let told: BTreeSet<&str> = events.iter().map(String::as_str).collect();
        for event in SALE {
            assert!(told.contains(event), "{event} is not among {events:?}");
        }
        assert_eq!(events.len(), told.len(), "each event is listed once: {events:?}");
        Ok(())
    });
}

#[test]
fn a_shopper_buys_in_a_browser() {
    beside_others("buying-in-a-browser", async |story| {
        let seller = story.people.new_seller().await?;
        let chair = goods_of(&seller, 2_500, 10).await?;
        let (email, shop) = (new_email(), story.people.shop.clone());
        let (order, shown) =
            in_a_browser(async |browser| buy_two(browser, &shop, &email, &chair.sku).await).await?;

        let shopper = shop.log_in(&email, PASSWORD).await?;
        assert_eq!(shopper.order(order).await?.status, OrderStatus::Confirmed);
        assert_eq!(shown, kinds_of_events(&shopper, order).await?.len(), "the page shows every event");
        assert_eq!(captures(Some(&shopper.payment(order).await?)), [5_000]);
        assert_stock(&seller, &chair.sku, 10, 2).await
    });
}

/// The order, and how many events its page shows.
async fn buy_two(browser: &mut Browser, shop: &Shop, email: &str, sku: &Sku) -> Result<(OrderId, usize)> {
    browser.client.goto(&shop.address().join("/login")).await?;
    browser.write("register-name", "Robin Reader").await?;
    browser.write("register-email", email).await?;
    browser.write("register-password", PASSWORD).await?;
    browser.keep("login").await?;
    browser.click("register-button").await?;
    browser.reads("user-name", "Robin Reader", FINAL_WITHIN).await;

    put_two_into_the_cart(browser, sku.as_str()).await?;
    browser.client.goto(&shop.address().join("/cart")).await?;
    browser.reads("cart-total", "50.00", FINAL_WITHIN).await;
    browser.keep("cart").await?;
    browser.click("checkout-button").await?;

    browser.reads("order-total", "50.00", FINAL_WITHIN).await;
    // A number with a slip of the finger never gets to the bank.
    browser.write("card-number", "4242 4242 4242 4241").await?;
    browser.write("card-expiry", "12/60").await?;
    browser.write("card-code", "123").await?;
    browser.click("pay-button").await?;
    browser.reads("card-number-wrong", "no card number", FINAL_WITHIN).await;
    browser.shown("card-number").await?.clear().await?;
    browser.write("card-number", GOOD_CARD).await?;
    browser.keep("checkout").await?;
    browser.click("pay-button").await?;

    browser.reads("order-status", "Confirmed", FINAL_WITHIN).await;
    browser.keep("order").await?;
    let order: OrderId = browser.text("order-id").await?.parse().context("the page names the order")?;
    let shown = browser.client.find_all(Locator::Css("[data-testid='order-event']")).await?.len();
    Ok((order, shown))
}

/// Earlier stories' products come first in the list.
async fn put_two_into_the_cart(browser: &mut Browser, sku: &str) -> Result<()> {
    let card = format!("[data-sku='{sku}']");
    let button = format!("{card} [data-testid='add-to-cart']");
    browser.shown("product-card").await?;
    while browser.client.find_all(Locator::Css(&card)).await?.is_empty() {
        browser.click("more-products").await?;
        // The next page of the list, or its end: then the button is hidden, and pressing it fails.
        browser
            .client
            .wait()
            .at_most(FINAL_WITHIN)
            .for_element(Locator::Css("[data-testid='more-products']:not([disabled])"))
            .await?;
    }
    for pieces in ["1", "2"] {
        let add = browser.client.wait().for_element(Locator::Css(&button)).await?;
        browser
            .client
            .execute("arguments[0].scrollIntoView({block: 'center'})", vec![serde_json::to_value(&add)?])
            .await?;
        add.click().await?;
        browser.reads("cart-badge", pieces, FINAL_WITHIN).await;
    }
    browser.keep("products").await
}

#[test]
fn a_declined_card_undoes_the_order_and_says_why() {
    beside_others("declined-card", async |story| {
        let seller = story.people.new_seller().await?;
        let shopper = story.people.new_shopper().await?;
        let chair = goods_of(&seller, 4_990, 5).await?;

        let order = place_order(&shopper, &chair.sku, 2).await?;
        shopper.pay(order.id, test_tokens::DECLINED).await?;
        let order = final_order(&shopper, order.id, FINAL_WITHIN).await;

        let declined = EndReason::PaymentDeclined { reason: DeclineReason::CardDeclined };
        assert_eq!((order.status, order.reason), (OrderStatus::Rejected, Some(declined)));
        assert_eq!(captures(find_payment(&shopper, order.id).await?.as_ref()), Vec::<i64>::new());
        assert_stock(&seller, &chair.sku, 5, 0).await?;
        let events = kinds_of_events(&shopper, order.id).await?;
        for event in ["payment.failed.v1", "stock.released.v1", "order.rejected.v1"] {
            assert!(events.iter().any(|told| told == event), "{event} is not among {events:?}");
        }
        Ok(())
    });
}

#[test]
fn an_order_that_is_cancelled_within_the_window_costs_nothing() {
    beside_others("cancelled-in-time", async |story| {
        let seller = story.people.new_seller().await?;
        let shopper = story.people.new_shopper().await?;
        let chair = goods_of(&seller, 4_990, 5).await?;

        let order = place_order(&shopper, &chair.sku, 1).await?;
        shopper.cancel(order.id).await?;
        let order = final_order(&shopper, order.id, FINAL_WITHIN).await;

        assert_eq!(
            (order.status, order.reason),
            (OrderStatus::Cancelled, Some(EndReason::CustomerCancelled))
        );
        assert_eq!(captures(find_payment(&shopper, order.id).await?.as_ref()), Vec::<i64>::new());
        assert_stock(&seller, &chair.sku, 5, 0).await
    });
}
