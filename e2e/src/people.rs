//! Shoppers, sellers and what they do, each new for its story: what one story sells moves no other story's figures.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contracts::api::catalog::{NewProduct, ProductView};
use contracts::api::inventory::StockView;
use contracts::api::orders::OrderView;
use contracts::api::payments::{PaymentView, TransactionKind};
use contracts::api::users::{Locale, Registration};
use kernel::{Currency, Money, OrderId, Quantity, Sku};
use reqwest::StatusCode;
use shop_client::{ClientError, Person, Shop};
use uuid::Uuid;

use crate::wait::{once, within};

/// Of everyone in the stories.
pub const PASSWORD: &str = "correct horse battery";
/// What one service tells another. The broker hands a pod's messages to others only 20 to 30 s after it vanished without a word,
/// as those do that stories kill.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct People {
    pub shop: Shop,
}

impl People {
    pub fn of(shop: Shop) -> Self {
        Self { shop }
    }

    pub async fn new_shopper(&self) -> Result<Person> {
        self.newcomer(false).await
    }

    pub async fn new_seller(&self) -> Result<Person> {
        self.newcomer(true).await
    }

    async fn newcomer(&self, is_seller: bool) -> Result<Person> {
        let email = new_email();
        let who = Registration {
            email: email.clone(),
            name: "Story teller".to_owned(),
            password: PASSWORD.to_owned(),
            is_customer: !is_seller,
            is_seller,
            locale: Locale::default(),
        };
        match self.shop.register(&who).await {
            // The first try arrived, though its answer did not.
            Err(error) if error.code() == Some("email-taken") => {}
            other => drop(other?),
        }
        Ok(self.shop.log_in(&email, PASSWORD).await?)
    }
}

pub fn new_email() -> String {
    format!("story-{}@shop.example", Uuid::new_v4().simple())
}

/// A product of this seller's with so many pieces, known to every service that must know it.
pub async fn goods_of(seller: &Person, price_minor: i64, pieces: i64) -> Result<ProductView> {
    let digits = Uuid::new_v4().simple().to_string().to_uppercase();
    let sku = Sku::parse(&format!("STORY-{}", &digits[..12])).context("our own SKU")?;
    let product = NewProduct {
        sku: sku.clone(),
        name: format!("Story chair {}", &digits[..12]),
        description: "For a story.".to_owned(),
        price: Money::new(price_minor, Currency::Eur),
    };
    let product = seller.create_product(&product).await?;
    within(TOLD_WITHIN, "inventory knows the product", async || Ok(seller.set_stock(&sku, pieces).await?))
        .await;
    within(TOLD_WITHIN, "the catalogue shows its stock", async || {
        let shown = seller.shop().product(product.id).await?;
        once(shown.available == pieces, shown)
    })
    .await;
    Ok(product)
}

/// Leafs through the catalogue until it comes.
pub async fn find_product(shop: &Shop, sku: &Sku) -> Result<ProductView> {
    let mut after = None;
    loop {
        let page = shop.products(100, after.as_deref()).await?;
        if let Some(found) = page.data.into_iter().find(|product| product.sku == *sku) {
            return Ok(found);
        }
        after = Some(page.next.with_context(|| format!("{sku} is not in the catalogue"))?);
    }
}

/// Puts the pieces in a new cart and makes an order of it.
pub async fn place_order(shopper: &Person, sku: &Sku, pieces: i64) -> Result<OrderView> {
    let cart = shopper.create_cart().await?;
    let pieces = Quantity::new(pieces)?;
    within(TOLD_WITHIN, "orders knows the product", async || {
        match shopper.put_into_cart(cart.id, sku, pieces).await {
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Err(error.into()),
            other => Ok(other),
        }
    })
    .await?;
    Ok(shopper.check_out(cart.id).await?)
}

/// The order, once nothing more happens to it.
pub async fn final_order(shopper: &Person, order: OrderId, at_most: Duration) -> OrderView {
    within(at_most, "the order is final", async || {
        let order = shopper.order(order).await?;
        once(order.status.is_final(), order)
    })
    .await
}

pub async fn find_payment(shopper: &Person, order: OrderId) -> Result<Option<PaymentView>> {
    match shopper.payment(order).await {
        Ok(payment) => Ok(Some(payment)),
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Amounts that the provider took.
pub fn captures(payment: Option<&PaymentView>) -> Vec<i64> {
    let done = payment.into_iter().flat_map(|payment| &payment.transactions);
    let captured = done.filter(|one| one.kind == TransactionKind::Capture && one.succeeded);
    captured.map(|one| one.amount.amount_minor).collect()
}

/// As it must be once `sold` of `received` pieces have left, and nobody waits for any.
pub async fn assert_stock(seller: &Person, sku: &Sku, received: i64, sold: i64) -> Result<()> {
    let left = received - sold;
    let settled = |stock: &StockView| (stock.on_hand, stock.reserved, stock.available) == (left, 0, left);
    // A release follows the order's end by a message.
    let stock = within(TOLD_WITHIN, &format!("{left} of {sku} are left, none reserved"), async || {
        let stock = seller.stock(sku).await?;
        once(settled(&stock), stock)
    })
    .await;
    ensure!(settled(&stock), "{stock:?}");
    Ok(())
}

/// Whether the shop said no, with this status and code.
pub fn refused_with<T>(result: Result<T, ClientError>, status: u16, code: &str) -> Result<()> {
    let Err(error) = result else { anyhow::bail!("it was accepted") };
    let said = (error.status().map(|status| status.as_u16()), error.code());
    ensure!(said == (Some(status), Some(code)), "{error}");
    Ok(())
}
