//! Somebody who asks the shop all the time, and counts what goes wrong.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reqwest::{Method, StatusCode};

use crate::people::People;

const ASKING: usize = 4;
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Default)]
struct Count {
    answered: AtomicUsize,
    failed: Mutex<Vec<String>>,
}

/// Tells `story` while the catalogue is asked for, eighty times a second at most: no request of them may fail.
pub async fn while_asking<T>(people: &People, story: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    let count = Count::default();
    let asking = futures::future::join_all((0..ASKING).map(|_| ask(people, &count)));
    let told = tokio::select! {
        _ = asking => unreachable!("they ask for as long as the story lasts"),
        told = story() => told?,
    };
    let failed = count.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let answered = count.answered.into_inner();
    println!("{answered} requests answered, {} failed", failed.len());
    ensure!(answered > 0, "nobody was asked");
    ensure!(
        failed.is_empty(),
        "{} of {answered} requests failed: {:?}",
        failed.len(),
        &failed[..failed.len().min(5)]
    );
    Ok(told)
}

async fn ask(people: &People, count: &Count) -> ! {
    loop {
        let began = Instant::now();
        let request = people.shop.request(Method::GET, "/api/v1/products?limit=1");
        // Sent as it is: the client of the shop would try again.
        let failure = match request.send().await {
            Ok(answer) if answer.status() == StatusCode::OK => None,
            // Whether the ingress or the shop says so is seen by the content.
            Ok(answer) => Some(format!("{}: {:?}", answer.status(), answer.text().await)),
            Err(error) => Some(format!("{error:?}")),
        };
        match failure {
            None => drop(count.answered.fetch_add(1, Ordering::Relaxed)),
            Some(failure) => {
                let failure = format!("after {} ms {failure}", began.elapsed().as_millis());
                count.failed.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
