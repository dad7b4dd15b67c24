//! Files of counted stock, and how far the work on them is.

use contracts::api::erp::{ImportErrorView, ImportFormat, ImportStatus, ImportView};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{ImportId, Sku, Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use crate::domain::RowError;

pub async fn import_insert(
    id: ImportId,
    seller: UserId,
    format: ImportFormat,
    dry_run: bool,
    content: &[u8],
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<ImportView> {
    let query = format!(
        "INSERT INTO stock_imports (id, seller_id, format, dry_run, status, content, leased_until, created_at)
         VALUES ($1, $2, $3, $4, 'pending', $5, $6, $6) RETURNING {COLUMNS}"
    );
    let row: Row = platform::sql(query)
        .bind::<SqlUuid, _>(id.0)
        .bind::<SqlUuid, _>(seller.0)
        .bind::<Text, _>(format_name(format))
        .bind::<Bool, _>(dry_run)
        .bind::<Binary, _>(content)
        .bind::<Timestamptz, _>(now)
        .get_result(conn)
        .await?;
    Ok(row.view())
}

pub async fn find_import(
    id: ImportId,
    seller: UserId,
    conn: &mut Connection,
) -> QueryResult<Option<ImportView>> {
    let query = format!("SELECT {COLUMNS} FROM stock_imports WHERE id = $1 AND seller_id = $2");
    let row: Option<Row> = platform::sql(query)
        .bind::<SqlUuid, _>(id.0)
        .bind::<SqlUuid, _>(seller.0)
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Row::view))
}

/// In the order in which they were found; nothing of another seller's import.
pub async fn import_errors_list(
    id: ImportId,
    seller: UserId,
    after: Option<i64>,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<ImportErrorView>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        position: i64,
        #[diesel(sql_type = Integer)]
        number: i32,
        #[diesel(sql_type = Text)]
        field: String,
        #[diesel(sql_type = Text)]
        message: String,
    }
    let rows: Vec<Found> = platform::sql(
        "SELECT position, row AS number, field, message FROM stock_import_errors
          WHERE import_id = (SELECT id FROM stock_imports WHERE id = $1 AND seller_id = $2) AND position > $3
          ORDER BY position LIMIT $4",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(seller.0)
    .bind::<BigInt, _>(after.unwrap_or(0))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    let view = |Found { position, number, field, message }| ImportErrorView {
        position,
        row: number,
        field,
        message,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A file that is ours to work on until its lease ends.
#[derive(QueryableByName)]
pub struct Job {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Text)]
    format: String,
    #[diesel(sql_type = Bool)]
    pub dry_run: bool,
    #[diesel(sql_type = Binary)]
    pub content: Vec<u8>,
    #[diesel(sql_type = Integer)]
    pub processed: i32,
}

impl Job {
    pub fn id(&self) -> ImportId {
        ImportId(self.id)
    }

    pub fn seller(&self) -> UserId {
        UserId(self.seller_id)
    }

    pub fn format(&self) -> ImportFormat {
        if self.format == "csv" { ImportFormat::Csv } else { ImportFormat::Json }
    }
}

pub async fn import_claim(
    now: Timestamp,
    lease_until: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Option<Job>> {
    platform::sql(
        "UPDATE stock_imports SET leased_until = $2
          WHERE id = (SELECT id FROM stock_imports WHERE finished_at IS NULL AND leased_until <= $1
                       ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, seller_id, format, dry_run, content, processed",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(lease_until)
    .get_result(conn)
    .await
    .optional()
}

/// Which of these are not the seller's.
pub async fn skus_unknown(seller: UserId, skus: &[&Sku], conn: &mut Connection) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Unknown {
        #[diesel(sql_type = Text)]
        sku: String,
    }
    let rows: Vec<Unknown> = platform::sql(
        "SELECT w.sku FROM unnest($1::text[]) AS w (sku)
          WHERE NOT EXISTS (SELECT FROM skus s WHERE s.sku = w.sku COLLATE \"C\" AND s.seller_id = $2)",
    )
    .bind::<Array<Text>, _>(skus.iter().map(|sku| sku.as_str()).collect::<Vec<_>>())
    .bind::<SqlUuid, _>(seller.0)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.sku).collect())
}

/// How far the work has come.
pub struct Progress {
    pub rows: i32,
    pub processed: i32,
    pub lease_until: Timestamp,
}

/// False: somebody else has worked on it since this job was claimed; the caller's transaction must not commit.
pub async fn import_progress(job: &Job, progress: &Progress, conn: &mut Connection) -> QueryResult<bool> {
    let updated = platform::sql(
        "UPDATE stock_imports SET status = 'applying', rows = $3, processed = $4, leased_until = $5
          WHERE id = $1 AND processed = $2 AND finished_at IS NULL",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<Integer, _>(job.processed)
    .bind::<Integer, _>(progress.rows)
    .bind::<Integer, _>(progress.processed)
    .bind::<Timestamptz, _>(progress.lease_until)
    .execute(conn)
    .await?;
    Ok(updated == 1)
}

/// `all`: how many there are, of which these are told.
pub async fn import_errors_insert(
    job: &Job,
    errors: &[RowError],
    all: usize,
    conn: &mut Connection,
) -> QueryResult<()> {
    let (mut rows, mut fields, mut messages) = (vec![], vec![], vec![]);
    for error in errors {
        rows.push(error.row);
        fields.push(error.field);
        messages.push(error.message.as_str());
    }
    platform::sql(
        "WITH named AS (
             INSERT INTO stock_import_errors (import_id, row, field, message)
             SELECT $1, e.* FROM unnest($2::integer[], $3::text[], $4::text[]) AS e
         )
         UPDATE stock_imports SET errors = errors + $5 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<Array<Integer>, _>(rows)
    .bind::<Array<Text>, _>(fields)
    .bind::<Array<Text>, _>(messages)
    .bind::<Integer, _>(i32::try_from(all).unwrap_or(i32::MAX))
    .execute(conn)
    .await?;
    Ok(())
}

/// Nothing changes it after this; a second worker's end is no end.
pub async fn import_finish(
    job: &Job,
    status: ImportStatus,
    rows: i32,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<()> {
    platform::sql(
        "UPDATE stock_imports SET status = $2, rows = $3, content = NULL, finished_at = $4
          WHERE id = $1 AND finished_at IS NULL",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<Text, _>(status_name(status))
    .bind::<Integer, _>(rows)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}

const COLUMNS: &str = "id, status, dry_run, rows, processed, errors, created_at, finished_at";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Bool)]
    dry_run: bool,
    #[diesel(sql_type = Integer)]
    rows: i32,
    #[diesel(sql_type = Integer)]
    processed: i32,
    #[diesel(sql_type = Integer)]
    errors: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<Timestamp>,
}

impl Row {
    fn view(self) -> ImportView {
        let known = ImportStatus::ALL.into_iter().find(|status| status_name(*status) == self.status);
        ImportView {
            id: ImportId(self.id),
            status: known.expect("a CHECK allows known statuses only"),
            dry_run: self.dry_run,
            rows: self.rows,
            processed: self.processed,
            errors: self.errors,
            created_at: self.created_at,
            finished_at: self.finished_at,
        }
    }
}

fn format_name(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Csv => "csv",
        ImportFormat::Json => "json",
    }
}

fn status_name(status: ImportStatus) -> &'static str {
    match status {
        ImportStatus::Pending => "pending",
        ImportStatus::Applying => "applying",
        ImportStatus::Valid => "valid",
        ImportStatus::Rejected => "rejected",
        ImportStatus::Applied => "applied",
        ImportStatus::AppliedWithErrors => "applied_with_errors",
    }
}
