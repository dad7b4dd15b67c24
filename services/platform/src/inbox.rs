//! Each message has its effect once, however often it comes.

use contracts::Role;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::EventId;

use crate::Connection;
use crate::schema::inbox;

/// Remembers the message in the caller's transaction; false: it has had its effect before.
///
/// A second transaction with the same message waits here for the first one's end.
pub(crate) async fn first_time(conn: &mut Connection, consumer: Role, event: EventId) -> QueryResult<bool> {
    let inserted = diesel::insert_into(inbox::table)
        .values((inbox::consumer.eq(consumer.name()), inbox::event_id.eq(event.0)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}
