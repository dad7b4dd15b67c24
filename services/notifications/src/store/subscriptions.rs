//! Browsers that want to be told.

use contracts::api::notifications::PushSubscriptionView;
use diesel::prelude::*;
use diesel::sql_types::{Bytea, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{Timestamp, UserId};
use platform::Connection;
use uuid::Uuid;

use super::schema::push_subscriptions;
use crate::channel::Browser;

#[derive(QueryableByName)]
struct Saved {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
}

/// The browser becomes this user's: a browser tells one person, whoever logged in last. It proves that it is the same
/// one by its secret; `None`: it is another one that names the same endpoint.
pub async fn subscription_save(
    conn: &mut Connection,
    user: UserId,
    browser: &Browser,
    now: Timestamp,
) -> QueryResult<Option<(Uuid, Timestamp)>> {
    let saved: Option<Saved> = platform::sql(
        "INSERT INTO push_subscriptions (id, user_id, endpoint, p256dh, auth, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (endpoint) DO UPDATE SET user_id = excluded.user_id
         WHERE push_subscriptions.auth = excluded.auth AND push_subscriptions.p256dh = excluded.p256dh
         RETURNING id, created_at",
    )
    .bind::<SqlUuid, _>(browser.id)
    .bind::<SqlUuid, _>(user.0)
    .bind::<Text, _>(&browser.endpoint)
    .bind::<Bytea, _>(&browser.p256dh)
    .bind::<Bytea, _>(&browser.auth)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .await
    .optional()?;
    Ok(saved.map(|saved| (saved.id, saved.created_at)))
}

/// Newest first.
pub async fn subscriptions_list(
    conn: &mut Connection,
    user: UserId,
) -> QueryResult<Vec<PushSubscriptionView>> {
    let rows: Vec<(Uuid, String, Timestamp)> = push_subscriptions::table
        .filter(push_subscriptions::user_id.eq(user.0))
        .order(push_subscriptions::id.desc())
        .select((push_subscriptions::id, push_subscriptions::endpoint, push_subscriptions::created_at))
        .load(conn)
        .await?;
    let view = |(id, endpoint, created_at)| PushSubscriptionView { id, endpoint, created_at };
    Ok(rows.into_iter().map(view).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = push_subscriptions)]
struct Row {
    user_id: Uuid,
    id: Uuid,
    endpoint: String,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
}

/// Whose they are, and what it takes to reach them.
pub async fn subscriptions_of(conn: &mut Connection, users: &[Uuid]) -> QueryResult<Vec<(Uuid, Browser)>> {
    let rows: Vec<Row> = push_subscriptions::table
        .filter(push_subscriptions::user_id.eq_any(users))
        .order(push_subscriptions::id)
        .select(Row::as_select())
        .load(conn)
        .await?;
    let browser =
        |Row { user_id, id, endpoint, p256dh, auth }| (user_id, Browser { id, endpoint, p256dh, auth });
    Ok(rows.into_iter().map(browser).collect())
}

/// False: it is not there, or somebody else's.
pub async fn subscription_delete(conn: &mut Connection, user: UserId, id: Uuid) -> QueryResult<bool> {
    let this = push_subscriptions::table.find(id).filter(push_subscriptions::user_id.eq(user.0));
    Ok(diesel::delete(this).execute(conn).await? == 1)
}

pub async fn subscriptions_delete(conn: &mut Connection, ids: &[Uuid]) -> QueryResult<usize> {
    diesel::delete(push_subscriptions::table.filter(push_subscriptions::id.eq_any(ids))).execute(conn).await
}
