//! A file of counted stock is taken as a job: read, checked whole, then applied in parts, or not at all.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use contracts::api::erp::{ImportFormat, ImportStatus, ImportView};
use contracts::api::inventory::AdjustmentReason;
use diesel_async::AsyncConnection;
use kernel::{Clock, ImportId, Sku, UserId};
use platform::{Connection, Database, StoreError, backoff, tasks};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::adjust_stock::{AdjustError, adjust_stock};
use crate::domain::{Actor, Adjustment, Amount, Count, Counts, RowError, read};
use crate::store::imports::{self, Job, Progress};

const POLL: Duration = Duration::from_secs(1);
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Rows of one transaction: few enough that orders do not wait long for the locks.
const PART: usize = 100;

/// So many are kept for a person to read; all are counted.
const MOST_ERRORS: usize = 1_000;

/// Written down in the caller's transaction; the work is done by whichever replica is free.
pub async fn take_import(
    seller: UserId,
    format: ImportFormat,
    dry_run: bool,
    content: &[u8],
    clock: &Clock,
    conn: &mut Connection,
) -> diesel::QueryResult<ImportView> {
    imports::import_insert(ImportId::new(), seller, format, dry_run, content, clock.now(), conn).await
}

/// Until the process stops.
pub async fn import_stock(database: Database, clock: Clock, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    while !shutdown.is_cancelled() {
        let wait = match import_next(&database, &clock, &shutdown).await {
            Ok(worked) => {
                pauses = backoff::until_available();
                if worked { Duration::ZERO } else { POLL }
            }
            Err(error) => {
                warn!(%error, "Stock can't be imported now: {error}");
                pauses.next().unwrap_or(POLL)
            }
        };
        tasks::pause(wait, &shutdown).await;
    }
}

async fn import_next(
    database: &Database,
    clock: &Clock,
    shutdown: &CancellationToken,
) -> Result<bool, StoreError> {
    let mut conn = database.connect().await?;
    let now = clock.now();
    let Some(mut job) = imports::import_claim(now, now + LEASE, &mut conn).await? else { return Ok(false) };
    let counts = checked(&job, &mut conn).await?;
    let rows = i32::try_from(counts.rows).expect("a file has bounded rows");
    if !counts.errors.is_empty() {
        end(&job, ImportStatus::Rejected, rows, &counts.errors, clock, &mut conn).await?;
    } else if job.dry_run {
        end(&job, ImportStatus::Valid, rows, &[], clock, &mut conn).await?;
    } else {
        let mut refused = false;
        for part in counts.good[done(&job, &counts)..].chunks(PART) {
            if shutdown.is_cancelled() {
                return Ok(true);
            }
            let Some(errors) = apply(&job, part, rows, clock, &mut conn).await? else {
                // Another worker took the job over.
                return Ok(true);
            };
            refused |= errors > 0;
            job.processed += i32::try_from(part.len()).expect("a part is small");
        }
        let seen = imports::find_import(job.id(), job.seller(), &mut conn).await?;
        refused |= seen.is_some_and(|import| import.errors > 0);
        let status = if refused { ImportStatus::AppliedWithErrors } else { ImportStatus::Applied };
        end(&job, status, rows, &[], clock, &mut conn).await?;
    }
    Ok(true)
}

fn done(job: &Job, counts: &Counts) -> usize {
    usize::try_from(job.processed).unwrap_or_default().min(counts.good.len())
}

/// What the file says, with whose the SKUs are.
async fn checked(job: &Job, conn: &mut Connection) -> Result<Counts, StoreError> {
    let mut counts = read(job.format(), &job.content);
    let skus: Vec<&Sku> = counts.good.iter().map(|count| &count.sku).collect();
    let unknown: BTreeSet<String> =
        imports::skus_unknown(job.seller(), &skus, conn).await?.into_iter().collect();
    let strangers = counts.good.iter().filter(|count| unknown.contains(count.sku.as_str()));
    let message = "there is no such SKU of yours";
    let errors: Vec<RowError> = strangers
        .map(|count| RowError { row: count.row, field: "sku", message: message.to_owned() })
        .collect();
    counts.errors.extend(errors);
    counts.errors.sort_by_key(|error| error.row);
    Ok(counts)
}

/// One part in one transaction with how far the job is, so that a crash repeats nothing. How many rows were refused;
/// `None`: nothing was done, for the job is another worker's now.
async fn apply(
    job: &Job,
    part: &[Count],
    rows: i32,
    clock: &Clock,
    conn: &mut Connection,
) -> Result<Option<usize>, StoreError> {
    let now = clock.now();
    let processed = job.processed + i32::try_from(part.len()).expect("a part is small");
    let progress = Progress { rows, processed, lease_until: now + LEASE };
    conn.transaction(async |conn| {
        if !imports::import_progress(job, &progress, conn).await? {
            return Ok(None);
        }
        let mut refused = Vec::new();
        for count in part {
            match adjust_stock(conn, &adjustment(job, count), now).await {
                Ok(_) => {}
                Err(AdjustError::Store(error)) => return Err(error),
                Err(error) => {
                    refused.push(RowError { row: count.row, field: "on_hand", message: error.to_string() });
                }
            }
        }
        imports::import_errors_insert(job, &refused, refused.len(), conn).await?;
        Ok(Some(refused.len()))
    })
    .await
    .map_err(StoreError::from)
}

fn adjustment(job: &Job, count: &Count) -> Adjustment {
    Adjustment {
        sku: count.sku.clone(),
        region: count.region.clone(),
        seller: job.seller(),
        amount: Amount::Set(count.on_hand),
        reason: AdjustmentReason::Counted,
        note: Some(format!("import {}, row {}", job.id(), count.row)),
        actor: Actor::User(job.seller()),
    }
}

async fn end(
    job: &Job,
    status: ImportStatus,
    rows: i32,
    errors: &[RowError],
    clock: &Clock,
    conn: &mut Connection,
) -> Result<(), StoreError> {
    let now = clock.now();
    conn.transaction(async |conn| {
        let kept = &errors[..errors.len().min(MOST_ERRORS)];
        imports::import_errors_insert(job, kept, errors.len(), conn).await?;
        imports::import_finish(job, status, rows, now, conn).await
    })
    .await?;
    info!(import.id = %job.id(), "Import {} of {rows} rows is {status:?}", job.id());
    Ok(())
}
