//! `shop load`: buys many times, measures, and checks afterwards that stock, money and orders add up.
//!
//! Against this machine only: it fills a shop with made-up accounts and orders.

mod books;
mod checkout;
mod progress;
mod report;
mod settle;
mod stage;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use shop_client::{Address, Shop};

use self::progress::Progress;

#[derive(clap::Args, Clone)]
pub struct LoadArgs {
    /// Where the shop answers; a loopback address or below .localhost
    #[arg(long, env = "SHOP_URL", default_value = "http://shop.localhost:8080", value_parser = loopback)]
    url: Address,
    /// How many checkouts in all
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    checkouts: u32,
    /// How many of them at the same time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// At most so many checkouts are begun per second; as many as the shop can take when left out
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: Option<u32>,
    /// How many products are bought; one of them is short, so that some orders are refused
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    skus: u16,
    /// How many accounts buy
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    shoppers: u16,
    /// How many of a hundred cards are declined
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    declined_percent: u8,
    /// No checkout is begun after this long
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    max_seconds: u64,
    /// How long a call that gets no answer is tried again, as a patient shopper would
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    patience_seconds: u64,
    /// How long orders may take to settle, beyond the cancellation window
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    settle_seconds: u64,
    /// End as soon as the last checkout is placed; whoever started this looks at what became of them
    #[arg(long)]
    unchecked: bool,
    /// Write the figures to this file too, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<std::path::PathBuf>,
}

fn loopback(text: &str) -> Result<Address, String> {
    let address: Address = text.parse().map_err(|error: shop_client::AddressError| error.to_string())?;
    address.is_loopback().then_some(address).ok_or_else(|| {
        "load is for a shop on this machine: the host must be localhost, below .localhost, or a loopback address"
            .to_owned()
    })
}

pub async fn run(args: LoadArgs) -> Result<()> {
    let progress = Progress::start();
    let shop = Shop::at(args.url.clone(), Duration::from_secs(args.patience_seconds));

    progress.say(format_args!(
        "registering a seller and {} shoppers, offering {} products",
        args.shoppers, args.skus
    ));
    let stage = stage::set(&shop, &args).await?;
    let window = checkout::probe_window(&stage).await?;
    progress.say(format_args!("the cancellation window is {:.1} s", window.as_secs_f64()));

    progress.say(format_args!("{} checkouts, {} at a time", args.checkouts, args.concurrency));
    let run = checkout::run_all(&stage, &args, &progress).await;
    if args.unchecked {
        ensure!(run.failures.is_empty(), "{} checkouts got no answer", run.failures.len());
        return Ok(());
    }
    let settled_within = window + Duration::from_secs(args.settle_seconds);
    let orders = settle::wait(&stage, settled_within, &progress).await?;

    progress.say(format_args!("reading stock, payments and events of {} orders", orders.len()));
    let times = settle::final_times(&stage, &run, window).await?;
    let books = books::read(&stage, orders, args.concurrency.into()).await?;
    report::print(&run, &times, &books);
    if let Some(file) = &args.report {
        std::fs::write(file, report::json(&run, &times)).context("could not write the report")?;
    }

    for failure in &run.failures {
        println!("BROKEN: a checkout got no answer: {failure}");
    }
    let placed: Vec<_> = run.placed.iter().map(|placed| placed.order).collect();
    let wrong = books.imbalances(&placed);
    for line in &wrong {
        println!("BROKEN: {line}");
    }
    ensure!(wrong.is_empty(), "{} invariants do not hold", wrong.len());
    println!("every invariant holds");
    ensure!(run.failures.is_empty(), "{} checkouts got no answer", run.failures.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_elsewhere_is_refused() {
        assert!(loopback("http://shop.localhost:8080").is_ok());
        assert!(loopback("https://shop.example.com").unwrap_err().contains("on this machine"));
    }
}
