//! Browsing at a steady rate while a story is told: product pages through the ingress, and what became of each request.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use reqwest::Method;
use shop_client::Shop;
use tokio::sync::watch;

/// A shop that lets so many wait has failed.
const MOST_UNDER_WAY: usize = 300;
/// No story browses longer: what is left of it fails instead of filling the machine.
const LONGEST: Duration = Duration::from_secs(600);

/// One request.
#[derive(Clone, Debug)]
pub struct Visit {
    pub at: Instant,
    pub took: Duration,
    /// What was wrong with the answer.
    pub failure: Option<String>,
}

pub struct Browsing {
    per_second: AtomicU32,
    visits: Mutex<Vec<Visit>>,
}

/// Tells `story` while so many pages per second are looked at.
pub async fn while_browsing<T>(
    shop: &Shop,
    per_second: u32,
    story: impl AsyncFnOnce(&Browsing) -> Result<T>,
) -> Result<T> {
    let pages = pages(shop).await?;
    let browsing = Browsing { per_second: AtomicU32::new(per_second), visits: Mutex::default() };
    let (over, told) = watch::channel(false);
    let telling = async {
        let told = story(&browsing).await;
        over.send_replace(true);
        told
    };
    let ((), told) = tokio::join!(browsing.browse(shop, &pages, told), telling);
    let (told, failed) = (told?, browsing.failures());
    ensure!(failed.is_empty(), "{} of {} requests failed: {failed:?}", failed.len(), browsing.visits().len());
    Ok(told)
}

/// The list, and each product on its first page.
async fn pages(shop: &Shop) -> Result<Vec<String>> {
    let products = shop.products(20, None).await?.data;
    ensure!(!products.is_empty(), "there are no products to look at");
    let product = |id| format!("/api/v1/products/{id}");
    let list = "/api/v1/products?limit=20".to_owned();
    Ok(std::iter::once(list).chain(products.iter().map(|shown| product(shown.id))).collect())
}

impl Browsing {
    /// From now on.
    pub fn set_rate(&self, per_second: u32) {
        self.per_second.store(per_second, Ordering::Relaxed);
    }

    /// Of the requests that were sent in this time: in what time 99 of 100 were answered, and how many there were.
    pub fn p99(&self, from: Instant, until: Instant) -> (Duration, usize) {
        let visits = self.visits();
        let within = visits.iter().filter(|visit| (from..until).contains(&visit.at));
        let mut took: Vec<Duration> = within.map(|visit| visit.took).collect();
        took.sort();
        let place = (took.len() * 99).div_ceil(100).saturating_sub(1);
        (took.get(place).copied().unwrap_or_default(), took.len())
    }

    pub fn count(&self) -> usize {
        self.visits().len()
    }

    fn failures(&self) -> Vec<String> {
        self.visits().iter().filter_map(|visit| visit.failure.clone()).collect()
    }

    fn visits(&self) -> MutexGuard<'_, Vec<Visit>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests are sent at their times, however long earlier ones take.
    async fn browse(&self, shop: &Shop, pages: &[String], mut told: watch::Receiver<bool>) {
        let began = Instant::now();
        let (mut next, mut under_way) = (began, FuturesUnordered::new());
        for page in pages.iter().cycle() {
            loop {
                tokio::select! {
                    () = tokio::time::sleep_until(next.into()) => break,
                    Some(()) = under_way.next(), if !under_way.is_empty() => {}
                    _ = told.changed() => {}
                }
                if *told.borrow() {
                    while under_way.next().await.is_some() {}
                    return;
                }
            }
            next += Duration::from_secs(1) / self.per_second.load(Ordering::Relaxed).max(1);
            if under_way.len() < MOST_UNDER_WAY && began.elapsed() < LONGEST {
                under_way.push(self.visit(shop, page));
            } else {
                self.note(Instant::now(), Some("not sent: too many wait, or for too long".to_owned()));
            }
        }
    }

    async fn visit(&self, shop: &Shop, page: &str) {
        let at = Instant::now();
        let failure = match shop.send(shop.request(Method::GET, page)).await {
            Ok(answer) if answer.status.is_success() => None,
            Ok(answer) => Some(format!("{page}: {}", answer.status)),
            Err(error) => Some(format!("{page}: {:#}", anyhow::Error::from(error))),
        };
        self.note(at, failure);
    }

    fn note(&self, at: Instant, failure: Option<String>) {
        self.visits().push(Visit { at, took: at.elapsed(), failure });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_of_a_hundred_requests_is_the_p99() {
        let began = Instant::now();
        let visit = |number: u32| Visit {
            at: began + Duration::from_millis(10) * number,
            took: Duration::from_millis(u64::from(number)),
            failure: None,
        };
        let visits = Mutex::new((1..=200).map(visit).collect());
        let browsing = Browsing { per_second: AtomicU32::new(1), visits };
        let until = began + Duration::from_millis(1_005);
        assert_eq!(browsing.p99(began, until), (Duration::from_millis(99), 100));
        assert_eq!(browsing.p99(began, began), (Duration::ZERO, 0));
    }
}
