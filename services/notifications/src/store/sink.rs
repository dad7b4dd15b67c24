//! Messages that are only to be looked at.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Timestamp;
use platform::Connection;
use uuid::Uuid;

use super::schema::sink_messages;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sink_messages)]
pub struct SinkMessage {
    /// Given by the table.
    pub position: i64,
    pub notification_id: Uuid,
    pub channel: String,
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub received_at: Timestamp,
}

pub async fn sink_keep(conn: &mut Connection, message: &SinkMessage) -> QueryResult<()> {
    diesel::insert_into(sink_messages::table)
        .values((
            sink_messages::notification_id.eq(message.notification_id),
            sink_messages::channel.eq(&message.channel),
            sink_messages::recipient.eq(&message.recipient),
            sink_messages::subject.eq(&message.subject),
            sink_messages::text.eq(&message.text),
            sink_messages::html.eq(&message.html),
            sink_messages::received_at.eq(message.received_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Newest first, older than `before`.
pub async fn sink_list(
    conn: &mut Connection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<SinkMessage>> {
    sink_messages::table
        .filter(sink_messages::position.lt(before.unwrap_or(i64::MAX)))
        .order(sink_messages::position.desc())
        .limit(limit)
        .select(SinkMessage::as_select())
        .load(conn)
        .await
}

pub async fn sink_find(conn: &mut Connection, position: i64) -> QueryResult<Option<SinkMessage>> {
    sink_messages::table.find(position).select(SinkMessage::as_select()).first(conn).await.optional()
}

/// Keeps the newest `keep`.
pub async fn sink_trim(conn: &mut Connection, keep: i64) -> QueryResult<()> {
    let newest: Option<i64> =
        sink_messages::table.select(diesel::dsl::max(sink_messages::position)).first(conn).await?;
    let last_to_go = newest.unwrap_or_default() - keep;
    diesel::delete(sink_messages::table.filter(sink_messages::position.le(last_to_go))).execute(conn).await?;
    Ok(())
}
