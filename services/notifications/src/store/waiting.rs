//! News that came before the person whom it is for.

use contracts::Envelope;
use diesel::prelude::*;
use diesel::result::Error::DeserializationError;
use diesel::sql_types::{BigInt, Jsonb};
use diesel_async::RunQueryDsl;
use kernel::{Timestamp, UserId};
use platform::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::schema::waiting_news;

pub async fn waiting_keep(
    conn: &mut Connection,
    envelope: &Envelope<Value>,
    user: UserId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(waiting_news::table)
        .values((
            waiting_news::event_id.eq(envelope.id.0),
            waiting_news::user_id.eq(user.0),
            waiting_news::message.eq(serde_json::to_value(envelope).expect("envelopes are plain data")),
            waiting_news::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes news whose person is known by now out, in the caller's transaction; other replicas take others.
pub async fn waiting_take(conn: &mut Connection, at_most: i64) -> QueryResult<Vec<Envelope<Value>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        message: Value,
    }
    let rows: Vec<Row> = platform::sql(
        "DELETE FROM waiting_news WHERE event_id IN (
             SELECT event_id FROM waiting_news JOIN contacts USING (user_id)
             ORDER BY received_at LIMIT $1 FOR UPDATE OF waiting_news SKIP LOCKED)
         RETURNING message",
    )
    .bind::<BigInt, _>(at_most)
    .load(conn)
    .await?;
    let decoded =
        |row: Row| serde_json::from_value(row.message).map_err(|error| DeserializationError(Box::new(error)));
    rows.into_iter().map(decoded).collect()
}

/// What nobody came for; with whom it was for.
pub async fn waiting_expire(conn: &mut Connection, before: Timestamp) -> QueryResult<Vec<(Uuid, Uuid)>> {
    diesel::delete(waiting_news::table.filter(waiting_news::received_at.lt(before)))
        .returning((waiting_news::event_id, waiting_news::user_id))
        .get_results(conn)
        .await
}

pub async fn waiting_count(conn: &mut Connection) -> QueryResult<i64> {
    waiting_news::table.count().get_result(conn).await
}
