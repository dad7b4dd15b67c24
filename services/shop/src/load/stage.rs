//! Who buys and what: accounts, products and stock of this run's own, so that nothing else moves its figures.

use std::time::Duration;

use anyhow::{Context, Result};
use backon::{ConstantBuilder, Retryable};
use contracts::api::catalog::NewProduct;
use contracts::api::users::{Locale, Registration};
use futures::stream::{self, StreamExt, TryStreamExt};
use kernel::{Currency, Money, Sku};
use reqwest::StatusCode;
use shop_client::{ClientError, Person, Shop};

use super::LoadArgs;

/// At once, for passwords are slow to hash on purpose.
const TOGETHER: usize = 4;

pub struct Stage {
    pub seller: Person,
    pub shoppers: Vec<Person>,
    pub shelves: Vec<Shelf>,
}

/// A product and the pieces that were put there before anyone bought.
pub struct Shelf {
    pub sku: Sku,
    pub received: i64,
}

pub async fn set(shop: &Shop, args: &LoadArgs) -> Result<Stage> {
    // Eight digits tell runs apart; SKUs are short.
    let run = format!("{:08X}", rand::random::<u32>());
    let seller = account(shop, &run, "seller", true).await?;
    let shoppers = stream::iter(0..args.shoppers)
        .map(|number| account(shop, &run, number, false))
        .buffered(TOGETHER)
        .try_collect()
        .await?;
    let shelves = stream::iter(0..args.skus)
        .map(|number| shelf(&seller, &run, number, pieces(args, number)))
        .buffered(TOGETHER)
        .try_collect()
        .await?;
    Ok(Stage { seller, shoppers, shelves })
}

/// Enough of each product for every checkout, but of the last only a quarter of what will be asked for.
fn pieces(args: &LoadArgs, number: u16) -> i64 {
    let enough = i64::from(args.checkouts) * 2 + 2;
    if number > 0 && number + 1 == args.skus { (enough / i64::from(args.skus) / 4).max(1) } else { enough }
}

async fn account(shop: &Shop, run: &str, name: impl std::fmt::Display, is_seller: bool) -> Result<Person> {
    let (email, password) = (format!("load-{run}-{name}@shop.example"), format!("load-{run}-password"));
    let who = Registration {
        email: email.to_lowercase(),
        name: format!("Load {name}"),
        password: password.clone(),
        is_customer: !is_seller,
        is_seller,
        locale: Locale::default(),
    };
    shop.register(&who).await.context("could not register an account")?;
    shop.log_in(&who.email, &password).await.context("could not log in")
}

async fn shelf(seller: &Person, run: &str, number: u16, received: i64) -> Result<Shelf> {
    let sku = Sku::parse(&format!("LOAD-{run}-{number}")).expect("hexadecimal digits are allowed");
    let product = NewProduct {
        sku: sku.clone(),
        name: format!("Load product {number}"),
        description: String::new(),
        price: Money::new(100 + i64::from(number), Currency::Eur),
    };
    seller.create_product(&product).await.with_context(|| format!("could not offer {sku}"))?;
    (|| seller.set_stock(&sku, received))
        .retry(
            ConstantBuilder::default()
                .with_delay(Duration::from_millis(200))
                .with_jitter()
                .with_max_times(150),
        )
        // Inventory hears of a product a moment after catalog has it.
        .when(|error: &ClientError| error.status() == Some(StatusCode::NOT_FOUND))
        .await
        .with_context(|| format!("could not set the stock of {sku}"))?;
    Ok(Shelf { sku, received })
}
