//! Checkouts, many at a time, with what they took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use backon::{ConstantBuilder, Retryable};
use contracts::api::orders::CartView;
use contracts::api::payments::test_tokens;
use futures::stream::{self, StreamExt};
use kernel::{Clock, OrderId, Quantity, Sku, Timestamp};
use reqwest::StatusCode;
use shop_client::{ClientError, Person};

use super::LoadArgs;
use super::progress::Progress;
use super::stage::Stage;

/// What was bought, and how long each answer took as a shopper sees it: tries again included.
#[derive(Debug)]
pub struct Placed {
    pub shopper: usize,
    pub order: OrderId,
    pub order_took: Duration,
    pub pay_took: Duration,
    pub paid_at: Timestamp,
    pub approved: bool,
}

#[derive(Default)]
pub struct Run {
    pub placed: Vec<Placed>,
    pub failures: Vec<String>,
    pub took: Duration,
}

/// One order more, to see how long the shop lets customers cancel.
pub async fn probe_window(stage: &Stage) -> Result<Duration> {
    let probe = checkout(stage, 0, 0, test_tokens::APPROVED).await.context("the first checkout failed")?;
    let shopper = &stage.shoppers[probe.shopper];
    let look = || async {
        let order = shopper.order(probe.order).await?;
        Ok(match (order.cancellable_until, order.status.is_final()) {
            (Some(until), _) => {
                Some((until - authorized_at(shopper, probe.order).await?).to_std().unwrap_or_default())
            }
            (None, true) => Some(Duration::ZERO),
            (None, false) => None,
        })
    };
    let window = look_until(look).await.context("could not follow the first order")?;
    window.context("the first order was not authorized within a minute")
}

async fn look_until<T, F>(look: impl Fn() -> F) -> Result<Option<T>, ClientError>
where
    F: Future<Output = Result<Option<T>, ClientError>>,
{
    let every = ConstantBuilder::default().with_delay(Duration::from_millis(100)).with_max_times(600);
    let found = || async { look().await.map_err(Some)?.ok_or(None) };
    match found.retry(every).when(Option::is_none).await {
        Ok(found) => Ok(Some(found)),
        Err(None) => Ok(None),
        Err(Some(error)) => Err(error),
    }
}

async fn authorized_at(shopper: &Person, order: OrderId) -> Result<Timestamp, ClientError> {
    let events = shopper.order_events(order).await?.data;
    let authorized = events.iter().rev().find(|event| event.kind == "payment.authorized.v1");
    Ok(authorized.or(events.last()).map_or_else(|| Clock::default().now(), |event| event.time))
}

pub async fn run_all(stage: &Stage, args: &LoadArgs, progress: &Progress) -> Run {
    let started = Instant::now();
    let longest = Duration::from_secs(args.max_seconds);
    let pace = args.rate.map(|rate| Duration::from_secs(1) / rate);
    let begin = |number: u32| async move {
        if let Some(pace) = pace {
            tokio::time::sleep_until((started + pace * number).into()).await;
        }
        if started.elapsed() > longest {
            return None;
        }
        let token = token(number, args.declined_percent);
        Some(checkout(stage, number as usize, usize::from(args.skus), token).await)
    };
    let mut checkouts = stream::iter(1..=args.checkouts).map(begin).buffer_unordered(args.concurrency.into());
    let mut run = Run::default();
    while let Some(result) = checkouts.next().await {
        match result {
            Some(Ok(placed)) => run.placed.push(placed),
            Some(Err(error)) => run.failures.push(error.to_string()),
            None => {}
        }
        progress
            .now_and_then(|| format!("{} placed, {} without answer", run.placed.len(), run.failures.len()));
    }
    run.took = started.elapsed();
    run
}

/// Every hundred in a row have the right share, spread out.
fn token(number: u32, declined_percent: u8) -> &'static str {
    if number.wrapping_mul(37) % 100 < u32::from(declined_percent) {
        test_tokens::DECLINED
    } else {
        test_tokens::APPROVED
    }
}

/// Buys one or two pieces of one or two products; which ones follows from the number.
async fn checkout(stage: &Stage, number: usize, skus: usize, token: &str) -> Result<Placed, ClientError> {
    let shopper = number % stage.shoppers.len();
    let person = &stage.shoppers[shopper];
    let cart = person.create_cart().await?;
    let mut wanted = vec![number % skus.max(1)];
    if number.is_multiple_of(3) && skus > 1 {
        wanted.push((number + 1) % skus);
    }
    let pieces =
        Quantity::new(if number.is_multiple_of(2) { 1 } else { 2 }).expect("one and two are quantities");
    for shelf in wanted {
        fill(person, &cart, &stage.shelves[shelf].sku, pieces).await?;
    }

    let asked = Instant::now();
    let order = person.check_out(cart.id).await?.id;
    let order_took = asked.elapsed();
    let asked = Instant::now();
    match person.pay(order, token).await {
        // The order was refused for want of stock before the payment came.
        Err(error) if error.status() == Some(StatusCode::CONFLICT) => {}
        other => other?,
    }
    Ok(Placed {
        shopper,
        order,
        order_took,
        pay_took: asked.elapsed(),
        paid_at: Clock::default().now(),
        approved: token == test_tokens::APPROVED,
    })
}

/// Orders hears of a product a moment after catalog has it.
async fn fill(person: &Person, cart: &CartView, sku: &Sku, pieces: Quantity) -> Result<(), ClientError> {
    let unknown = |error: &ClientError| {
        matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY))
    };
    (|| person.put_into_cart(cart.id, sku, pieces))
        .retry(
            ConstantBuilder::default()
                .with_delay(Duration::from_millis(200))
                .with_jitter()
                .with_max_times(50),
        )
        .when(unknown)
        .await
        .map(drop)
}
