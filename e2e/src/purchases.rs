//! A purchase from end to end: every service, the databases and the broker have a part in it.

use std::time::Duration;

use anyhow::{Result, ensure};
use contracts::api::catalog::ProductView;
use contracts::api::orders::{OrderStatus, OrderView};
use contracts::api::payments::test_tokens;
use shop_client::Person;

use crate::people::{People, assert_stock, final_order, goods_of, place_order};

const FINAL_WITHIN: Duration = Duration::from_secs(60);
/// What a seller has of a new product.
pub const PIECES: i64 = 10;

pub struct Purchase {
    pub seller: Person,
    pub shopper: Person,
    pub product: ProductView,
    pub order: OrderView,
}

/// Somebody new sells, and somebody new buys one piece.
pub async fn buy(people: &People) -> Result<Purchase> {
    let (seller, shopper) = (people.new_seller().await?, people.new_shopper().await?);
    let product = goods_of(&seller, 4_990, PIECES).await?;
    let order = buy_one_of(&shopper, &product).await?;
    assert_stock(&seller, &product.sku, PIECES, 1).await?;
    Ok(Purchase { seller, shopper, product, order })
}

/// Paid for, and confirmed.
pub async fn buy_one_of(shopper: &Person, product: &ProductView) -> Result<OrderView> {
    let order = place_order(shopper, &product.sku, 1).await?;
    shopper.pay(order.id, test_tokens::APPROVED).await?;
    let order = final_order(shopper, order.id, FINAL_WITHIN).await;
    ensure!(order.status == OrderStatus::Confirmed, "{order:?}");
    Ok(order)
}
