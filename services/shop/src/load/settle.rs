//! Waits until nothing is under way any more, and finds when each order ended.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use contracts::api::orders::OrderView;
use futures::stream::{self, StreamExt, TryStreamExt};
use shop_client::{ClientError, Person};

use super::checkout::{Placed, Run};
use super::progress::Progress;
use super::stage::Stage;

const PAGE: u16 = 100;
/// Reading the events of every order of a long run would take longer than the run.
const SAMPLE: usize = 500;

/// All orders of all shoppers, with the shopper's number. Those that are not final when time is up stay as they are: the books will tell.
pub async fn wait(stage: &Stage, at_most: Duration, progress: &Progress) -> Result<Vec<(usize, OrderView)>> {
    let started = Instant::now();
    loop {
        let orders = all_orders(stage).await.context("could not list the orders")?;
        let open = orders.iter().filter(|(_, order)| !order.status.is_final()).count();
        if open == 0 || started.elapsed() > at_most {
            return Ok(orders);
        }
        progress.now_and_then(|| format!("{open} of {} orders are under way", orders.len()));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn all_orders(stage: &Stage) -> Result<Vec<(usize, OrderView)>, ClientError> {
    let mut all = Vec::new();
    for (number, shopper) in stage.shoppers.iter().enumerate() {
        let mut after: Option<String> = None;
        loop {
            let page = shopper.orders(PAGE, after.as_deref()).await?;
            all.extend(page.data.into_iter().map(|order| (number, order)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(all)
}

/// From the accepted payment to the final event, without the window where one was waited out.
#[derive(Default)]
pub struct FinalTimes {
    pub confirmed: Vec<Duration>,
    pub rejected: Vec<Duration>,
}

pub async fn final_times(stage: &Stage, run: &Run, window: Duration) -> Result<FinalTimes> {
    let every = run.placed.len().div_ceil(SAMPLE).max(1);
    let ends: Vec<Option<(bool, Duration)>> = stream::iter(run.placed.iter().step_by(every))
        .map(|placed| end(&stage.shoppers[placed.shopper], placed, window))
        .buffer_unordered(8)
        .try_collect()
        .await
        .context("could not read the events of an order")?;
    let mut times = FinalTimes::default();
    for (confirmed, took) in ends.into_iter().flatten() {
        let kind = if confirmed { &mut times.confirmed } else { &mut times.rejected };
        kind.push(took);
    }
    Ok(times)
}

/// The shop's clock against ours: they are the same machine's.
async fn end(
    shopper: &Person,
    placed: &Placed,
    window: Duration,
) -> Result<Option<(bool, Duration)>, ClientError> {
    let events = shopper.order_events(placed.order).await?.data;
    let last = events.iter().rev().find_map(|event| match event.kind.as_str() {
        "order.confirmed.v1" => Some((true, event.time)),
        // The others were refused for want of stock, paid or not.
        "order.rejected.v1" if !placed.approved => Some((false, event.time)),
        _ => None,
    });
    Ok(last.map(|(confirmed, at)| {
        let took = (at - placed.paid_at).to_std().unwrap_or_default();
        (confirmed, if confirmed { took.saturating_sub(window) } else { took })
    }))
}
