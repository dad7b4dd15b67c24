//! Where our books, the provider's and the orders' disagree.

use contracts::api::payments::{DifferenceKind, DifferenceView};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use super::codes;
use super::schema::differences;

/// Which things are compared.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    /// What is younger may still be under way.
    pub until: Timestamp,
    /// What the provider did before this is in our copy of its books; `None`: it keeps no list.
    pub copied_until: Option<Timestamp>,
}

/// Compares everything in one statement; gives how many differences are new.
pub async fn differences_find(conn: &mut Connection, span: Span, now: Timestamp) -> QueryResult<usize> {
    platform::sql(include_str!("differences.sql"))
        .bind::<Timestamptz, _>(span.from)
        .bind::<Timestamptz, _>(span.until)
        .bind::<Nullable<Timestamptz>, _>(span.copied_until)
        .bind::<Timestamptz, _>(now)
        .execute(conn)
        .await
}

/// How many there are of each kind.
pub async fn differences_count(conn: &mut Connection) -> QueryResult<Vec<(DifferenceKind, i64)>> {
    let rows: Vec<(String, i64)> = differences::table
        .group_by(differences::kind)
        .select((differences::kind, count_star()))
        .load(conn)
        .await?;
    rows.into_iter().map(|(kind, count)| Ok((codes::decoded(kind)?, count))).collect()
}

/// Newest first.
pub async fn differences_list(
    conn: &mut Connection,
    after: Option<i64>,
    at_most: i64,
) -> QueryResult<Vec<DifferenceView>> {
    type Row = (i64, String, Option<Uuid>, Option<String>, Timestamp, String);
    let rows: Vec<Row> = differences::table
        .filter(differences::id.lt(after.unwrap_or(i64::MAX)))
        .order(differences::id.desc())
        .limit(at_most)
        .select((
            differences::id,
            differences::kind,
            differences::order_id,
            differences::reference,
            differences::found_at,
            differences::detail,
        ))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(id, kind, order_id, reference, found_at, detail)| {
            let (kind, order_id) = (codes::decoded(kind)?, order_id.map(OrderId));
            Ok(DifferenceView { id, kind, order_id, reference, found_at, detail })
        })
        .collect()
}
