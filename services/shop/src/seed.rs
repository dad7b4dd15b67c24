//! `shop seed`: sample products, a seller and a shopper, through the public API alone. Run again it adds what is missing.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use backon::{ExponentialBuilder, Retryable};
use contracts::api::catalog::NewProduct;
use contracts::api::users::{Locale, Registration};
use kernel::{Currency, Money, Sku};
use reqwest::StatusCode;
use shop_client::{Address, ClientError, Person, Shop};

const SELLER: &str = "seller@shop.example";
const SHOPPER: &str = "shopper@shop.example";
const PIECES: i64 = 100;

#[derive(clap::Args)]
pub struct SeedArgs {
    /// Where the shop answers
    #[arg(long, env = "SHOP_URL", default_value = "http://shop.localhost:8080")]
    url: Address,
    /// Password of both sample accounts
    #[arg(long, env = "SEED_PASSWORD", hide_env_values = true, default_value = "sample-data-only")]
    password: String,
    /// How long to wait for a shop that does not answer yet
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    patience_seconds: u64,
}

pub async fn run(args: SeedArgs) -> Result<()> {
    let patience = Duration::from_secs(args.patience_seconds);
    let shop = Shop::at(args.url, patience);
    let seller = account(&shop, SELLER, "Sample seller", &args.password, true).await?;
    account(&shop, SHOPPER, "Sample shopper", &args.password, false).await?;

    let (mut made, mut filled) = (0, 0);
    for product in assortment() {
        made += u32::from(offer(&seller, &product).await?);
        filled += u32::from(fill_shelf(&seller, &product.sku, patience).await?);
    }
    println!(
        "{made} products made, {filled} shelves filled with {PIECES} pieces; the others were there already"
    );
    println!("Log in at {} as", shop.address());
    println!("  {SHOPPER}  to buy");
    println!("  {SELLER}   to sell");
    println!("both with the password `{}`", args.password);
    Ok(())
}

/// Logs in, after registering where the account is new.
async fn account(shop: &Shop, email: &str, name: &str, password: &str, is_seller: bool) -> Result<Person> {
    let registration = Registration {
        email: email.to_owned(),
        name: name.to_owned(),
        password: password.to_owned(),
        is_customer: true,
        is_seller,
        locale: Locale::default(),
    };
    match shop.register(&registration).await {
        Ok(_) => {}
        Err(error) if error.status() == Some(StatusCode::CONFLICT) => {}
        Err(error) => return Err(error).with_context(|| format!("could not register {name}")),
    }
    match shop.log_in(email, password).await {
        Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
            bail!("{email} exists with another password: give it as --password")
        }
        other => other.with_context(|| format!("could not log {name} in")),
    }
}

/// Whether it was not there before.
async fn offer(seller: &Person, product: &NewProduct) -> Result<bool> {
    match seller.create_product(product).await {
        Ok(_) => Ok(true),
        Err(error) if error.status() == Some(StatusCode::CONFLICT) => Ok(false),
        Err(error) => Err(error).with_context(|| format!("could not offer {}", product.sku)),
    }
}

/// Whether the shelf was empty. Not only after the product was made: an interrupted run must be finished by the next.
async fn fill_shelf(seller: &Person, sku: &Sku, patience: Duration) -> Result<bool> {
    let attempt = || async {
        let stock = seller.stock(sku).await?;
        if stock.on_hand > 0 || stock.reserved > 0 {
            return Ok(false);
        }
        seller.set_stock(sku, PIECES).await.map(|_| true)
    };
    attempt
        .retry(
            ExponentialBuilder::default()
                .with_min_delay(Duration::from_millis(50))
                .with_max_delay(Duration::from_secs(1))
                .with_jitter()
                .without_max_times()
                .with_total_delay(Some(patience)),
        )
        // Inventory hears of a product a moment after catalog has it.
        .when(|error: &ClientError| error.status() == Some(StatusCode::NOT_FOUND))
        .await
        .with_context(|| format!("could not set the stock of {sku}"))
}

fn assortment() -> Vec<NewProduct> {
    let rows = [
        ("CHAIR-OAK-01", "Oak chair", "Solid oak, oiled by hand; seat height 45 cm.", 12_900),
        ("TABLE-OAK-180", "Oak table", "For six: 180 by 90 cm, with the grain of one tree.", 64_900),
        ("LAMP-BRASS-02", "Brass desk lamp", "Dims to a glow; LED included.", 7_990),
        ("MUG-BLUE-04", "Blue mugs, set of four", "Stoneware, 350 ml, safe in the dishwasher.", 3_400),
        ("THROW-WOOL-GR", "Grey wool throw", "130 by 180 cm, from one flock.", 8_900),
        ("CLOCK-WALL-30", "Wall clock", "Silent movement, 30 cm across.", 4_550),
        ("PAN-IRON-28", "Cast iron pan", "28 cm, seasoned; lasts longer than you do.", 5_900),
        ("NOTEBOOK-A5-3", "Notebooks, three of A5", "Dotted, 120 pages each, thread-bound.", 1_850),
    ];
    rows.into_iter()
        .map(|(sku, name, description, cents)| NewProduct {
            sku: Sku::parse(sku).expect("sample SKUs are valid"),
            name: name.to_owned(),
            description: description.to_owned(),
            price: Money::new(cents, Currency::Eur),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_sample_product_has_a_sku_of_its_own_and_a_price() {
        let products = assortment();
        let skus: BTreeSet<_> = products.iter().map(|product| &product.sku).collect();
        assert_eq!(skus.len(), products.len());
        assert!(products.iter().all(|product| product.price.amount_minor > 0));
    }
}
