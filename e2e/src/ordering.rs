//! A shopper who orders one piece after the other, whatever happens to the shop meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::api::catalog::ProductView;
use contracts::api::orders::OrderStatus;
use contracts::api::payments::test_tokens;
use kernel::OrderId;
use shop_client::Person;

use crate::people::{People, assert_stock, final_order, goods_of, place_order};

const PIECES: i64 = 10_000;
const PAUSE: Duration = Duration::from_millis(300);
/// Events that were on their way when a broker went are sent again.
const FINAL_WITHIN: Duration = Duration::from_secs(120);

/// Tells `story` meanwhile. Every order that was taken must come to its good end, and no piece may be missing.
pub async fn while_ordering<T>(people: &People, story: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    let (seller, shopper) = (people.new_seller().await?, people.new_shopper().await?);
    let product = goods_of(&seller, 1_000, PIECES).await?;
    let over = AtomicBool::new(false);
    let telling = async {
        let told = story().await;
        over.store(true, Ordering::Relaxed);
        told
    };
    let (told, orders) = tokio::join!(telling, order_until(&over, &shopper, &product));
    let (told, orders) = (told?, orders.context("the shop did not take an order")?);
    ensure!(!orders.is_empty(), "nobody ordered anything");
    println!("{} orders were placed meanwhile", orders.len());
    for order in &orders {
        let order = final_order(&shopper, *order, FINAL_WITHIN).await;
        ensure!(order.status == OrderStatus::Confirmed, "{order:?}");
    }
    assert_stock(&seller, &product.sku, PIECES, i64::try_from(orders.len())?).await?;
    Ok(told)
}

async fn order_until(over: &AtomicBool, shopper: &Person, product: &ProductView) -> Result<Vec<OrderId>> {
    let mut orders = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let order = place_order(shopper, &product.sku, 1).await?;
        shopper.pay(order.id, test_tokens::APPROVED).await?;
        orders.push(order.id);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(orders)
}
