//! Tells sellers' own systems of their stock: signed, retried, logged. Every replica does so; they share the work.

use std::time::Duration;

use chrono::TimeDelta;
use futures::StreamExt;
use futures::stream;
use kernel::Timestamp;
use platform::{StoreError, backoff, tasks, webhook};
use rand::Rng;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use super::connect_erp::Erp;
use crate::metrics;
use crate::store::deliveries::{self, Attempt, Outcome};

const POLL: Duration = Duration::from_secs(1);
const BATCH: i64 = 50;
const CONCURRENCY: usize = 8;

/// For one call; the lease is longer.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Seconds between attempts; after the last one it is given up.
const PAUSES: [i64; 7] = [5, 60, 300, 1_800, 7_200, 18_000, 36_000];

/// So many failures in a row, and the address gets a rest.
const PAUSE_AFTER: i32 = 5;

const FORGET_EVERY: TimeDelta = TimeDelta::minutes(10);
const KEEP_MESSAGES: TimeDelta = TimeDelta::days(1);
const KEEP_LOG: TimeDelta = TimeDelta::days(30);

/// Until the process stops.
pub async fn announce_to_erp(erp: Erp, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    let mut forgotten_at = None;
    while !shutdown.is_cancelled() {
        let wait = match work(&erp, &mut forgotten_at).await {
            Ok(done) => {
                pauses = backoff::until_available();
                if done == 0 { POLL } else { Duration::ZERO }
            }
            Err(error) => {
                warn!(%error, "Sellers' systems can't be told now: {error}");
                pauses.next().unwrap_or(POLL)
            }
        };
        tasks::pause(wait, &shutdown).await;
    }
}

/// How many calls were made.
async fn work(erp: &Erp, forgotten_at: &mut Option<Timestamp>) -> Result<usize, StoreError> {
    let now = erp.clock.now();
    let attempts = {
        let mut conn = erp.database.connect().await?;
        deliveries::deliveries_announce(now, BATCH * 4, &mut conn).await?;
        if forgotten_at.is_none_or(|at| now - at >= FORGET_EVERY) {
            deliveries::erp_forget(now - KEEP_MESSAGES, now - KEEP_LOG, 1_000, &mut conn).await?;
            *forgotten_at = Some(now);
        }
        deliveries::deliveries_claim(now, now + LEASE, BATCH, &mut conn).await?
    };
    let calls = attempts.len();
    let settled: Vec<Result<(), StoreError>> = stream::iter(attempts)
        .map(|attempt| deliver(erp, attempt))
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    settled.into_iter().collect::<Result<Vec<()>, _>>()?;
    Ok(calls)
}

async fn deliver(erp: &Erp, attempt: Attempt) -> Result<(), StoreError> {
    let outcome = call(erp, &attempt).await;
    let label = match &outcome {
        Outcome { delivered: true, .. } => "delivered",
        Outcome { next_attempt_at: Some(_), .. } => "retried",
        Outcome { next_attempt_at: None, .. } => "failed",
    };
    metrics::ERP_DELIVERIES.with_label_values(&[label]).inc();
    if !outcome.delivered {
        let (id, why) = (attempt.id, outcome.error.as_deref().unwrap_or_default());
        info!(delivery.id = %id, connection.id = %attempt.connection_id, "Delivery {id} failed: {why}");
    }
    let mut conn = erp.database.connect().await?;
    deliveries::delivery_settle(&attempt, &outcome, PAUSE_AFTER, erp.clock.now(), &mut conn).await?;
    Ok(())
}

async fn call(erp: &Erp, attempt: &Attempt) -> Outcome {
    // Checked again: what is allowed may have changed since the address was given.
    let url = match erp.outbound.check(&attempt.url) {
        Ok(url) => url,
        Err(refused) => return failed(erp, attempt, None, refused.to_string()),
    };
    let (now, body) = (erp.clock.now(), attempt.body.to_string());
    let signatures = webhook::signatures(&attempt.secrets(now), &id(attempt.id), now, body.as_bytes());
    let request = erp
        .outbound
        .client()
        .post(url)
        .header("content-type", "application/json")
        .header(webhook::ID, id(attempt.id))
        .header(webhook::TIMESTAMP, now.timestamp())
        .header(webhook::SIGNATURE, signatures)
        .body(body);
    match request.send().await {
        Ok(answer) if answer.status().is_success() => {
            let answer = Some(i32::from(answer.status().as_u16()));
            Outcome { delivered: true, answer, error: None, next_attempt_at: None }
        }
        Ok(answer) => {
            let status = answer.status();
            failed(erp, attempt, Some(status.as_u16().into()), format!("the address answered {status}"))
        }
        // Without the address, which is the seller's own matter.
        Err(error) => failed(erp, attempt, None, error.without_url().to_string()),
    }
}

fn failed(erp: &Erp, attempt: &Attempt, answer: Option<i32>, error: String) -> Outcome {
    let next_attempt_at = pause(attempt.attempts).map(|pause| erp.clock.now() + pause);
    Outcome { delivered: false, answer, error: Some(error), next_attempt_at }
}

/// After this many attempts; up to a fifth longer, so that what failed together does not come back together.
fn pause(attempts: i32) -> Option<TimeDelta> {
    let index = usize::try_from(attempts).unwrap_or_default().saturating_sub(1);
    let seconds = PAUSES.get(index)?;
    Some(TimeDelta::milliseconds(seconds * 1_000 + rand::rng().random_range(0..=seconds * 200)))
}

fn id(id: Uuid) -> String {
    id.to_string()
}
