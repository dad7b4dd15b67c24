//! A copy of the provider's own books, line by line.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::Timestamp;
use platform::Connection;

use super::codes;
use crate::domain::BookEntry;

/// Up to where the books are copied.
#[derive(Clone, Debug, Default, QueryableByName)]
pub struct Copied {
    #[diesel(sql_type = Nullable<Text>)]
    pub cursor: Option<String>,
    /// Everything that the provider did before this is in the copy.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ran_at: Option<Timestamp>,
}

pub async fn books_copied(conn: &mut Connection, provider: &str) -> QueryResult<Copied> {
    let found: Option<Copied> = platform::sql(
        "SELECT cursor, copied_until AS until, ran_at FROM reconciliations WHERE provider = $1",
    )
    .bind::<Text, _>(provider)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.unwrap_or_default())
}

/// Copies `entries`, and remembers how far that is; what is there already stays.
pub async fn books_copy(conn: &mut Connection, entries: &[BookEntry]) -> QueryResult<()> {
    let column = |text: fn(&BookEntry) -> String| entries.iter().map(text).collect::<Vec<_>>();
    let amounts: Vec<Option<i64>> =
        entries.iter().map(|entry| entry.amount.map(|amount| amount.amount_minor)).collect();
    let currencies: Vec<Option<String>> =
        entries.iter().map(|entry| entry.amount.map(|amount| amount.currency.code().to_owned())).collect();
    let orders: Vec<Option<uuid::Uuid>> =
        entries.iter().map(|entry| entry.key.as_ref().map(|key| key.order_id().0)).collect();
    let times: Vec<Timestamp> = entries.iter().map(|entry| entry.at).collect();
    platform::sql(
        "INSERT INTO provider_books (reference, kind, amount_minor, currency, order_id, at)
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind::<Array<Text>, _>(column(|entry| entry.reference.clone()))
    .bind::<Array<Text>, _>(column(|entry| codes::code(entry.kind)))
    .bind::<Array<Nullable<BigInt>>, _>(amounts)
    .bind::<Array<Nullable<Text>>, _>(currencies)
    .bind::<Array<Nullable<SqlUuid>>, _>(orders)
    .bind::<Array<Timestamptz>, _>(times)
    .execute(conn)
    .await?;
    Ok(())
}

/// Remembers how far the copy goes.
pub async fn books_keep(
    conn: &mut Connection,
    provider: &str,
    copied: &Copied,
    now: Timestamp,
) -> QueryResult<()> {
    platform::sql(
        "INSERT INTO reconciliations (provider, cursor, copied_until, ran_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (provider) DO UPDATE SET cursor = excluded.cursor, copied_until = excluded.copied_until,
             ran_at = excluded.ran_at",
    )
    .bind::<Text, _>(provider)
    .bind::<Nullable<Text>, _>(&copied.cursor)
    .bind::<Nullable<Timestamptz>, _>(copied.until)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(())
}
