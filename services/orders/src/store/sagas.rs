//! All sagas, of checkouts and returns, as those see them who look after the shop.

use contracts::api::sagas::{SagaKind, SagaView};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{OrderId, Timestamp};
use platform::Connection;
use uuid::Uuid;

use crate::domain::pause::{STUCK_AFTER, STUCK_ATTEMPTS, is_stuck};

const SAGAS: &str = "
    (SELECT false AS is_return, order_id AS id, order_id, status, entered_at, attempts, deadline FROM sagas
     UNION ALL
     SELECT true, id, order_id, status, entered_at, attempts, deadline FROM returns)";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Bool)]
    is_return: bool,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    order_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Timestamptz)]
    entered_at: Timestamp,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deadline: Option<Timestamp>,
}

impl Row {
    fn view(self, now: Timestamp) -> SagaView {
        let attempts = u32::try_from(self.attempts).unwrap_or_default();
        SagaView {
            id: self.id,
            saga: if self.is_return { SagaKind::Return } else { SagaKind::Checkout },
            order_id: OrderId(self.order_id),
            state: self.status,
            since: self.entered_at,
            attempts: self.attempts,
            deadline: self.deadline,
            stuck: is_stuck(attempts, self.deadline, now),
        }
    }
}

/// States that a saga, of a checkout or a return, can be in.
const STATES: [&str; 16] = [
    "reserving",
    "authorizing",
    "window",
    "committing",
    "capturing",
    "voiding",
    "releasing",
    "restocking",
    "refunding",
    "confirmed",
    "rejected",
    "cancelled",
    "requested",
    "awaiting_goods",
    "completed",
    "closed",
];

/// Which sagas are listed; without a state those that are under way.
#[derive(Clone, Debug)]
pub struct Filter {
    stuck: bool,
    state: Option<String>,
    after: Option<Uuid>,
}

#[derive(Debug, thiserror::Error)]
#[error("there is no state {given}: take one of {}", STATES.join(", "))]
pub struct UnknownState {
    given: String,
}

impl Filter {
    pub fn new(stuck: bool, state: Option<String>, after: Option<Uuid>) -> Result<Self, UnknownState> {
        match state {
            Some(given) if !STATES.contains(&given.as_str()) => Err(UnknownState { given }),
            state => Ok(Self { stuck, state, after }),
        }
    }
}

/// Oldest first.
pub async fn sagas_list(
    conn: &mut Connection,
    filter: &Filter,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<SagaView>> {
    let query = format!(
        "SELECT * FROM {SAGAS} AS s
          WHERE CASE WHEN $1::text IS NULL THEN deadline IS NOT NULL ELSE status = $1 END
            AND (NOT $2 OR deadline < $3 OR (deadline IS NOT NULL AND attempts >= $4))
            AND ($5::uuid IS NULL OR id > $5)
          ORDER BY id LIMIT $6"
    );
    let rows: Vec<Row> = platform::sql(query)
        .bind::<Nullable<Text>, _>(filter.state.as_deref())
        .bind::<Bool, _>(filter.stuck)
        .bind::<Timestamptz, _>(now - STUCK_AFTER)
        .bind::<Integer, _>(stuck_attempts())
        .bind::<Nullable<SqlUuid>, _>(filter.after)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.view(now)).collect())
}

/// The checkout's, then those of its returns; none where there is no such order.
pub async fn sagas_of_order(
    conn: &mut Connection,
    order: OrderId,
    now: Timestamp,
) -> QueryResult<Vec<SagaView>> {
    let query = format!("SELECT * FROM {SAGAS} AS s WHERE order_id = $1 ORDER BY is_return, id");
    let rows: Vec<Row> = platform::sql(query).bind::<SqlUuid, _>(order.0).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.view(now)).collect())
}

#[derive(QueryableByName)]
pub struct InState {
    #[diesel(sql_type = Bool)]
    pub is_return: bool,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = BigInt)]
    pub sagas: i64,
    #[diesel(sql_type = BigInt)]
    pub stuck: i64,
    /// It is another service that they wait for: more of us would not help them.
    #[diesel(sql_type = BigInt)]
    pub asked_in_vain: i64,
    /// Of the one that has been in the state for longest.
    #[diesel(sql_type = Double)]
    pub oldest_seconds: f64,
}

/// Sagas that are under way, by state.
pub async fn sagas_count(conn: &mut Connection, now: Timestamp) -> QueryResult<Vec<InState>> {
    let query = format!(
        "SELECT is_return, status, count(*) AS sagas,
                count(*) FILTER (WHERE deadline < $2 OR attempts >= $3) AS stuck,
                count(*) FILTER (WHERE attempts >= $3) AS asked_in_vain,
                extract(epoch FROM $1 - min(entered_at))::double precision AS oldest_seconds
           FROM {SAGAS} AS s WHERE deadline IS NOT NULL GROUP BY is_return, status"
    );
    platform::sql(query)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now - STUCK_AFTER)
        .bind::<Integer, _>(stuck_attempts())
        .load(conn)
        .await
}

fn stuck_attempts() -> i32 {
    i32::try_from(STUCK_ATTEMPTS).expect("a few")
}
