//! Notifications on their way: made once, taken by one worker at a time, settled once.

use contracts::Envelope;
use contracts::api::notifications::{Channel, NotificationStatus};
use contracts::api::users::Locale;
use diesel::prelude::*;
use diesel::result::Error::DeserializationError;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{NotificationId, Timestamp, UserId};
use platform::Connection;
use serde_json::Value;
use uuid::Uuid;

use super::codes;
use super::schema::deliveries;
use crate::domain::{Letter, News};

/// Makes a notification per channel, due at once, but for those that this event has made before.
pub async fn deliveries_open(
    conn: &mut Connection,
    envelope: &Envelope<Value>,
    news: &News,
    letter: &Letter,
    channels: &[Channel],
    now: Timestamp,
) -> QueryResult<()> {
    let names: Vec<&str> = channels.iter().map(|channel| channel.name()).collect();
    let ids: Vec<Uuid> = channels.iter().map(|_| NotificationId::new().0).collect();
    platform::sql(
        "WITH fresh AS (
             INSERT INTO deliveries (event_id, channel, template, notification_id, next_attempt_at, created_at)
             SELECT $1, wanted.channel, $2, wanted.id, $3, $3 FROM unnest($4, $5) AS wanted (channel, id)
             ON CONFLICT DO NOTHING
             RETURNING channel, notification_id)
         INSERT INTO notifications (id, event_id, user_id, order_id, channel, template, locale, subject, message, created_at)
         SELECT notification_id, $1, $6, $7, channel, $2, $8, $9, $10, $3 FROM fresh",
    )
    .bind::<SqlUuid, _>(envelope.id.0)
    .bind::<Text, _>(news.template().name)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(names)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<SqlUuid, _>(news.user_id().0)
    .bind::<Nullable<SqlUuid>, _>(news.order_id().map(|order| order.0))
    .bind::<Text, _>(codes::code(letter.locale))
    .bind::<Text, _>(&letter.subject)
    .bind::<Jsonb, _>(serde_json::to_value(envelope).expect("envelopes are plain data"))
    .execute(conn)
    .await?;
    Ok(())
}

/// A notification that is ours to send until its lease ends.
pub struct Job {
    pub id: NotificationId,
    pub user_id: UserId,
    pub channel: Channel,
    pub template: String,
    pub locale: Locale,
    pub envelope: Envelope<Value>,
    /// How often it has been taken, this time included.
    pub attempts: i32,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    template: String,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = Jsonb)]
    message: Value,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    phone: Option<String>,
}

/// Takes what is due on a channel. A worker that dies leaves its jobs due again at `lease_ends`.
pub async fn deliveries_claim(
    conn: &mut Connection,
    channel: Channel,
    now: Timestamp,
    lease_ends: Timestamp,
    at_most: i64,
) -> QueryResult<Vec<Job>> {
    // Locked and skipped, so that replicas take different ones and none waits for another.
    let rows: Vec<Row> = platform::sql(
        "WITH due AS (
             SELECT notification_id FROM deliveries WHERE channel = $1 AND next_attempt_at <= $2
             ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED),
         taken AS (
             UPDATE deliveries SET next_attempt_at = $3, attempts = attempts + 1
             FROM due WHERE deliveries.notification_id = due.notification_id
             RETURNING deliveries.notification_id, deliveries.attempts)
         SELECT n.id, n.user_id, n.template, n.locale, n.message, taken.attempts, c.name, c.email, p.phone
         FROM taken JOIN notifications n ON n.id = taken.notification_id
         JOIN contacts c ON c.user_id = n.user_id LEFT JOIN preferences p ON p.user_id = n.user_id",
    )
    .bind::<Text, _>(channel.name())
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(lease_ends)
    .bind::<BigInt, _>(at_most)
    .load(conn)
    .await?;
    rows.into_iter().map(|row| job(row, channel)).collect()
}

fn job(row: Row, channel: Channel) -> QueryResult<Job> {
    Ok(Job {
        id: NotificationId(row.id),
        user_id: UserId(row.user_id),
        channel,
        template: row.template,
        locale: codes::decoded(row.locale)?,
        envelope: serde_json::from_value(row.message)
            .map_err(|error| DeserializationError(Box::new(error)))?,
        attempts: row.attempts,
        name: row.name,
        email: row.email,
        phone: row.phone,
    })
}

/// How it ended.
pub struct Settlement<'a> {
    pub status: NotificationStatus,
    /// Of one that failed.
    pub reason: Option<&'a str>,
}

/// Ends it; false: another worker has ended it before, or has taken it since.
pub async fn delivery_settle(
    conn: &mut Connection,
    job: &Job,
    settlement: &Settlement<'_>,
    now: Timestamp,
) -> QueryResult<bool> {
    // What is sent is sent, whoever has it now; that it failed only the one who has it may say.
    let settled = platform::sql(
        "WITH closed AS (
             UPDATE deliveries SET next_attempt_at = NULL
             WHERE notification_id = $1 AND next_attempt_at IS NOT NULL AND ($2 = 'sent' OR attempts = $3)
             RETURNING notification_id)
         UPDATE notifications SET status = $2, reason = $4, attempts = $3, settled_at = $5
         FROM closed WHERE notifications.id = closed.notification_id",
    )
    .bind::<SqlUuid, _>(job.id.0)
    .bind::<Text, _>(codes::code(settlement.status))
    .bind::<Integer, _>(job.attempts)
    .bind::<Nullable<Text>, _>(settlement.reason)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(settled == 1)
}

/// To be tried again at `at`, unless another worker has taken it since.
pub async fn delivery_postpone(conn: &mut Connection, job: &Job, at: Timestamp) -> QueryResult<()> {
    let this = deliveries::table.filter(
        deliveries::notification_id
            .eq(job.id.0)
            .and(deliveries::attempts.eq(job.attempts))
            .and(deliveries::next_attempt_at.is_not_null()),
    );
    diesel::update(this).set(deliveries::next_attempt_at.eq(at)).execute(conn).await?;
    Ok(())
}

/// Since when the one that has waited longest waits, by channel.
pub async fn deliveries_pending(conn: &mut Connection) -> QueryResult<Vec<(String, i64, Option<Timestamp>)>> {
    deliveries::table
        .filter(deliveries::next_attempt_at.is_not_null())
        .group_by(deliveries::channel)
        .select((deliveries::channel, diesel::dsl::count_star(), diesel::dsl::min(deliveries::created_at)))
        .load(conn)
        .await
}

/// The keys of what is so old that its event does not come again.
pub async fn deliveries_forget(conn: &mut Connection, before: Timestamp) -> QueryResult<usize> {
    let old = deliveries::table
        .filter(deliveries::created_at.lt(before).and(deliveries::next_attempt_at.is_null()));
    diesel::delete(old).execute(conn).await
}
