//! Sellers' own systems: their connections, and what was taken from them.

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{ErpConnectionId, Timestamp, UserId};
use platform::Connection;
use platform::webhook::WebhookSecret;
use uuid::Uuid;

/// How long the secret before the current one stays good.
const OVERLAP: &str = "24 hours";

#[derive(QueryableByName)]
pub struct ErpConnection {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub url: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    secrets: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    previous_until: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub paused_until: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
}

impl ErpConnection {
    pub fn id(&self) -> ErpConnectionId {
        ErpConnectionId(self.id)
    }

    pub fn seller(&self) -> UserId {
        UserId(self.seller_id)
    }

    /// Those that are good now, the newest first.
    pub fn secrets(&self, now: Timestamp) -> Vec<WebhookSecret> {
        good(&self.secrets, self.previous_until, now)
    }
}

pub fn good(secrets: &[String], previous_until: Option<Timestamp>, now: Timestamp) -> Vec<WebhookSecret> {
    let count = if previous_until.is_some_and(|until| until > now) { 2 } else { 1 };
    secrets.iter().take(count).filter_map(|text| WebhookSecret::parse(text).ok()).collect()
}

const COLUMNS: &str = "id, seller_id, name, url, secrets, previous_until, paused_until, created_at";

/// False: the seller has one of this name; nothing was written.
pub async fn erp_connection_insert(
    id: ErpConnectionId,
    seller: UserId,
    name: &str,
    url: Option<&str>,
    secret: &WebhookSecret,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<bool> {
    let inserted = platform::sql(
        "INSERT INTO erp_connections (id, seller_id, name, url, secrets, created_at)
         VALUES ($1, $2, $3, $4, ARRAY[$5], $6) ON CONFLICT (seller_id, name) DO NOTHING",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<SqlUuid, _>(seller.0)
    .bind::<Text, _>(name)
    .bind::<Nullable<Text>, _>(url)
    .bind::<Text, _>(secret.reveal())
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(inserted == 1)
}

pub async fn find_erp_connection(
    id: ErpConnectionId,
    conn: &mut Connection,
) -> QueryResult<Option<ErpConnection>> {
    let query = format!("SELECT {COLUMNS} FROM erp_connections WHERE id = $1");
    platform::sql(query).bind::<SqlUuid, _>(id.0).get_result(conn).await.optional()
}

pub async fn erp_connections_list(seller: UserId, conn: &mut Connection) -> QueryResult<Vec<ErpConnection>> {
    let query = format!("SELECT {COLUMNS} FROM erp_connections WHERE seller_id = $1 ORDER BY id");
    platform::sql(query).bind::<SqlUuid, _>(seller.0).load(conn).await
}

/// False: there is none of this seller.
pub async fn erp_connection_delete(
    id: ErpConnectionId,
    seller: UserId,
    conn: &mut Connection,
) -> QueryResult<bool> {
    let deleted = platform::sql("DELETE FROM erp_connections WHERE id = $1 AND seller_id = $2");
    Ok(deleted.bind::<SqlUuid, _>(id.0).bind::<SqlUuid, _>(seller.0).execute(conn).await? == 1)
}

/// The secret before it stays good for a while.
pub async fn erp_secret_replace(
    id: ErpConnectionId,
    seller: UserId,
    secret: &WebhookSecret,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Option<ErpConnection>> {
    let query = format!(
        "UPDATE erp_connections
            SET secrets = ARRAY[$3, secrets[1]], previous_until = $4 + interval '{OVERLAP}'
          WHERE id = $1 AND seller_id = $2 RETURNING {COLUMNS}"
    );
    platform::sql(query)
        .bind::<SqlUuid, _>(id.0)
        .bind::<SqlUuid, _>(seller.0)
        .bind::<Text, _>(secret.reveal())
        .bind::<Timestamptz, _>(now)
        .get_result(conn)
        .await
        .optional()
}

/// False: this message was here before.
pub async fn erp_message_remember(
    connection: ErpConnectionId,
    webhook_id: &str,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<bool> {
    let inserted = platform::sql(
        "INSERT INTO erp_received (connection_id, webhook_id, received_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(connection.0)
    .bind::<Text, _>(webhook_id)
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    Ok(inserted == 1)
}
