//! What sellers' systems are told of stock, and what came of it.

use contracts::api::erp::{DeliveryStatus, DeliveryView};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{DeliveryId, ErpConnectionId, Timestamp, UserId};
use platform::Connection;
use platform::webhook::WebhookSecret;
use serde_json::Value;
use uuid::Uuid;

use super::erp::good;

/// At once for one address, so that a slow one does not hold up the others.
const PER_CONNECTION: i64 = 5;

/// Makes a delivery for each SKU of which a connection does not know the newest level. Returns how many.
///
/// Levels, not changes: what changed ten times since is told once. Two replicas at once make each delivery once, for
/// the second one waits at the row that says what was announced, and then has nothing left to say.
pub async fn deliveries_announce(now: Timestamp, limit: i64, conn: &mut Connection) -> QueryResult<usize> {
    platform::sql(
        "WITH news AS (
             SELECT c.id AS connection_id, s.sku, s.version, s.on_hand, s.on_hand - s.reserved AS available, s.low_threshold
               FROM erp_connections c
               JOIN skus s ON s.seller_id = c.seller_id
               LEFT JOIN erp_announced a ON a.connection_id = c.id AND a.sku = s.sku
              WHERE c.url IS NOT NULL AND s.version > coalesce(a.version, 0)
              ORDER BY c.id, s.sku LIMIT $2
         ), announced AS (
             INSERT INTO erp_announced AS known (connection_id, sku, version)
             SELECT connection_id, sku, version FROM news
             ON CONFLICT (connection_id, sku) DO UPDATE SET version = excluded.version
              WHERE known.version < excluded.version
             RETURNING connection_id, sku, version
         )
         INSERT INTO erp_deliveries (connection_id, type, body, next_attempt_at, created_at)
         SELECT connection_id, 'stock.level-changed', jsonb_build_object(
                    'type', 'stock.level-changed', 'timestamp', $1, 'data', jsonb_build_object(
                        'sku', sku, 'on_hand', on_hand, 'available', available, 'low', available < low_threshold,
                        'version', version)), $1, $1
           FROM news JOIN announced USING (connection_id, sku, version)",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}

/// A message that says nothing, to try the way.
pub async fn delivery_insert_ping(
    connection: ErpConnectionId,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<DeliveryView> {
    let query = format!(
        "INSERT INTO erp_deliveries (connection_id, type, body, next_attempt_at, created_at)
         VALUES ($1, 'ping', jsonb_build_object('type', 'ping', 'timestamp', $2, 'data', '{{}}'::jsonb), $2, $2)
         RETURNING {COLUMNS}"
    );
    let row: Row = platform::sql(query)
        .bind::<SqlUuid, _>(connection.0)
        .bind::<Timestamptz, _>(now)
        .get_result(conn)
        .await?;
    Ok(row.view())
}

/// An attempt that is ours until its lease ends.
#[derive(QueryableByName)]
pub struct Attempt {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub connection_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    pub body: Value,
    /// With this one.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Text)]
    pub url: String,
    #[diesel(sql_type = Array<Text>)]
    secrets: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    previous_until: Option<Timestamp>,
}

impl Attempt {
    pub fn secrets(&self, now: Timestamp) -> Vec<WebhookSecret> {
        good(&self.secrets, self.previous_until, now)
    }
}

/// Takes what is due, some of each connection that is not paused.
pub async fn deliveries_claim(
    now: Timestamp,
    lease_until: Timestamp,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<Attempt>> {
    platform::sql(
        "WITH due AS (
             SELECT d.position, c.url, c.secrets, c.previous_until
               FROM erp_connections c
              CROSS JOIN LATERAL (
                  SELECT position FROM erp_deliveries
                   WHERE connection_id = c.id AND status = 'pending' AND next_attempt_at <= $1
                   ORDER BY position LIMIT $3 FOR UPDATE SKIP LOCKED
              ) d
              WHERE c.url IS NOT NULL AND (c.paused_until IS NULL OR c.paused_until <= $1)
              LIMIT $4
         )
         UPDATE erp_deliveries e SET attempts = e.attempts + 1, next_attempt_at = $2
           FROM due WHERE e.position = due.position
         RETURNING e.id, e.connection_id, e.body, e.attempts, due.url, due.secrets, due.previous_until",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(lease_until)
    .bind::<BigInt, _>(PER_CONNECTION)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// What came of an attempt.
pub struct Outcome {
    pub delivered: bool,
    pub answer: Option<i32>,
    pub error: Option<String>,
    /// `None`: it is not tried again.
    pub next_attempt_at: Option<Timestamp>,
}

/// The connection is paused after `pause_after` failures in a row, longer with each further one up to an hour.
pub async fn delivery_settle(
    attempt: &Attempt,
    outcome: &Outcome,
    pause_after: i32,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<()> {
    let status = match outcome {
        Outcome { delivered: true, .. } => "delivered",
        Outcome { next_attempt_at: Some(_), .. } => "pending",
        Outcome { next_attempt_at: None, .. } => "failed",
    };
    platform::sql(
        "WITH settled AS (
             UPDATE erp_deliveries
                SET status = $2, answer = $3, error = $4, next_attempt_at = $5,
                    delivered_at = CASE WHEN $2 = 'delivered' THEN $6 END
              WHERE id = $1 AND status = 'pending' AND attempts = $7
             RETURNING connection_id
         )
         UPDATE erp_connections c
            SET failures = CASE WHEN $2 = 'delivered' THEN 0 ELSE c.failures + 1 END,
                paused_until = CASE WHEN $2 <> 'delivered' AND c.failures + 1 >= $8
                    THEN $6 + least(interval '1 hour', interval '30 seconds' * 2 ^ least(c.failures + 1 - $8, 10)) END
           FROM settled WHERE c.id = settled.connection_id",
    )
    .bind::<SqlUuid, _>(attempt.id)
    .bind::<Text, _>(status)
    .bind::<Nullable<Integer>, _>(outcome.answer)
    .bind::<Nullable<Text>, _>(outcome.error.as_deref())
    .bind::<Nullable<Timestamptz>, _>(outcome.next_attempt_at)
    .bind::<Timestamptz, _>(now)
    .bind::<Integer, _>(attempt.attempts)
    .bind::<Integer, _>(pause_after)
    .execute(conn)
    .await?;
    Ok(())
}

/// Newest first, older than `after`; nothing of another seller's connection.
pub async fn deliveries_list(
    connection: ErpConnectionId,
    seller: UserId,
    after: Option<DeliveryId>,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<Vec<DeliveryView>> {
    let query = format!(
        "SELECT {COLUMNS} FROM erp_deliveries
          WHERE connection_id = (SELECT id FROM erp_connections WHERE id = $1 AND seller_id = $2)
            AND ($3::uuid IS NULL OR position < (SELECT position FROM erp_deliveries WHERE id = $3))
          ORDER BY position DESC LIMIT $4"
    );
    let rows: Vec<Row> = platform::sql(query)
        .bind::<SqlUuid, _>(connection.0)
        .bind::<SqlUuid, _>(seller.0)
        .bind::<Nullable<SqlUuid>, _>(after.map(|id| id.0))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Row::view).collect())
}

/// Tries a delivery again, at once and as often as a new one, whatever came of it. `None`: not this seller's.
pub async fn delivery_replay(
    id: DeliveryId,
    connection: ErpConnectionId,
    seller: UserId,
    now: Timestamp,
    conn: &mut Connection,
) -> QueryResult<Option<DeliveryView>> {
    let query = format!(
        "UPDATE erp_deliveries SET status = 'pending', attempts = 0, next_attempt_at = $4, delivered_at = NULL
          WHERE id = $1
            AND connection_id = (SELECT id FROM erp_connections WHERE id = $2 AND seller_id = $3 AND url IS NOT NULL)
         RETURNING {COLUMNS}"
    );
    let row: Option<Row> = platform::sql(query)
        .bind::<SqlUuid, _>(id.0)
        .bind::<SqlUuid, _>(connection.0)
        .bind::<SqlUuid, _>(seller.0)
        .bind::<Timestamptz, _>(now)
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Row::view))
}

/// Deletes what nobody needs any more, a bounded number of rows of each kind.
pub async fn erp_forget(
    received_before: Timestamp,
    settled_before: Timestamp,
    limit: i64,
    conn: &mut Connection,
) -> QueryResult<()> {
    platform::sql(
        "WITH messages AS (
             DELETE FROM erp_received WHERE (connection_id, webhook_id) IN
                 (SELECT connection_id, webhook_id FROM erp_received WHERE received_at < $1 LIMIT $3)
         ), imports AS (
             DELETE FROM stock_imports WHERE id IN
                 (SELECT id FROM stock_imports WHERE finished_at < $2 LIMIT $3)
         )
         DELETE FROM erp_deliveries WHERE position IN
             (SELECT position FROM erp_deliveries WHERE created_at < $2 AND status <> 'pending' LIMIT $3)",
    )
    .bind::<Timestamptz, _>(received_before)
    .bind::<Timestamptz, _>(settled_before)
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await?;
    Ok(())
}

const COLUMNS: &str =
    "id, type AS kind, status, attempts, next_attempt_at, answer, error, created_at, delivered_at";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    next_attempt_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Integer>)]
    answer: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    delivered_at: Option<Timestamp>,
}

impl Row {
    fn view(self) -> DeliveryView {
        DeliveryView {
            id: DeliveryId(self.id),
            kind: self.kind,
            status: match self.status.as_str() {
                "pending" => DeliveryStatus::Pending,
                "delivered" => DeliveryStatus::Delivered,
                _ => DeliveryStatus::Failed,
            },
            attempts: self.attempts,
            next_attempt_at: self.next_attempt_at,
            answer: self.answer,
            error: self.error,
            created_at: self.created_at,
            delivered_at: self.delivered_at,
        }
    }
}
