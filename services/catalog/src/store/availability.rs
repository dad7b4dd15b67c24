//! The read model of inventory's levels.

use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use kernel::Sku;
use platform::Connection;

use super::schema::availability;

/// Remembers a level, unless a later one is known: messages may overtake each other.
pub async fn availability_put(
    sku: &Sku,
    available: i64,
    version: i64,
    conn: &mut Connection,
) -> QueryResult<()> {
    diesel::insert_into(availability::table)
        .values((
            availability::sku.eq(sku.as_str()),
            availability::available.eq(available),
            availability::version.eq(version),
        ))
        .on_conflict(availability::sku)
        .do_update()
        .set((
            availability::available.eq(excluded(availability::available)),
            availability::version.eq(excluded(availability::version)),
        ))
        .filter(availability::version.lt(excluded(availability::version)))
        .execute(conn)
        .await?;
    Ok(())
}
