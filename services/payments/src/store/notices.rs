//! What providers have told us unasked.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Timestamp;
use platform::Connection;

use super::schema::notices;

/// `false`: it has counted before.
pub async fn notice_keep(
    conn: &mut Connection,
    provider: &str,
    id: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let new = diesel::insert_into(notices::table)
        .values((notices::provider.eq(provider), notices::id.eq(id), notices::received_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(new == 1)
}
