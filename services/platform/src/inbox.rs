//! Each message has its effect once, however often it comes.

use std::collections::HashMap;

use contracts::Role;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::EventId;

use crate::schema::inbox;
use crate::{Connection, traces};

/// Remembers the message in the caller's transaction; false: it has had its effect before.
///
/// A second transaction with the same message waits here for the first one's end.
pub(crate) async fn first_time(conn: &mut Connection, consumer: Role, event: EventId) -> QueryResult<bool> {
    let inserted = diesel::insert_into(inbox::table)
        .values((
            inbox::consumer.eq(consumer.name()),
            inbox::event_id.eq(event.0),
            inbox::traceparent.eq(traces::current()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// What these messages were handled in, as far as that was traced.
pub(crate) async fn traces_of(
    conn: &mut Connection,
    consumer: Role,
    events: &[EventId],
) -> QueryResult<HashMap<EventId, String>> {
    let handled = inbox::table
        .filter(inbox::consumer.eq(consumer.name()))
        .filter(inbox::event_id.eq_any(events.iter().map(|event| event.0)))
        .filter(inbox::traceparent.is_not_null());
    let found: Vec<(uuid::Uuid, String)> =
        handled.select((inbox::event_id, inbox::traceparent.assume_not_null())).load(conn).await?;
    Ok(found.into_iter().map(|(event, parent)| (EventId(event), parent)).collect())
}
