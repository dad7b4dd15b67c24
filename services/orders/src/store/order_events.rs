//! The timeline: every event, command and action of an order. Mostly written together with what they change.

use contracts::Envelope;
use contracts::api::orders::OrderEventView;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{EventId, OrderId, Timestamp};
use platform::Connection;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::timeline;

/// An order's message, received or sent, or an action.
pub type Told<'a> = (OrderId, &'a Envelope<Value>);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: Timestamp,
    #[diesel(sql_type = Jsonb)]
    data: Value,
    /// How many of this type, and of this return, there had been by then.
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Row {
    fn view(self) -> OrderEventView {
        let class = timeline::class(&self.kind);
        OrderEventView {
            id: EventId(self.id),
            attempt: timeline::is_asked(class).then_some(self.number),
            kind: self.kind,
            source: self.source,
            time: self.occurred_at,
            class,
            data: self.data,
        }
    }
}

/// Which part of a timeline is read.
#[derive(Clone, Copy)]
pub enum Part {
    /// Oldest first, after this one.
    After(Option<EventId>),
    /// The end of it, oldest first.
    Newest,
}

pub async fn order_events_list(
    conn: &mut Connection,
    order: OrderId,
    part: Part,
    limit: i64,
) -> QueryResult<Vec<OrderEventView>> {
    let (after, newest) = match part {
        Part::After(after) => (after, false),
        Part::Newest => (None, true),
    };
    let rows: Vec<Row> = platform::sql(
        "SELECT * FROM (
            SELECT * FROM (
                SELECT position, id, type AS kind, source, occurred_at, data,
                       row_number() OVER (PARTITION BY type, data ->> 'return_id' ORDER BY position) AS number
                  FROM order_events WHERE order_id = $1
            ) numbered
             WHERE $2::uuid IS NULL
                OR position > (SELECT position FROM order_events WHERE order_id = $1 AND id = $2)
             ORDER BY CASE WHEN $3 THEN -position ELSE position END LIMIT $4
         ) part ORDER BY position",
    )
    .bind::<SqlUuid, _>(order.0)
    .bind::<Nullable<SqlUuid>, _>(after.map(|after| after.0))
    .bind::<Bool, _>(newest)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Row::view).collect())
}

/// What changes nothing else.
pub async fn order_event_insert(conn: &mut Connection, told: Told<'_>) -> QueryResult<()> {
    let events = Columns::of(&[told]);
    platform::sql(
        "INSERT INTO order_events (order_id, id, type, source, occurred_at, data)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])",
    )
    .bind::<Array<SqlUuid>, _>(events.orders)
    .bind::<Array<SqlUuid>, _>(events.ids)
    .bind::<Array<Text>, _>(events.kinds)
    .bind::<Array<Text>, _>(events.sources)
    .bind::<Array<Timestamptz>, _>(events.times)
    .bind::<Array<Jsonb>, _>(events.data)
    .execute(conn)
    .await?;
    Ok(())
}

/// Messages as the columns of `order_events`.
#[derive(Default)]
pub struct Columns<'a> {
    pub orders: Vec<Uuid>,
    pub ids: Vec<Uuid>,
    pub kinds: Vec<&'a str>,
    pub sources: Vec<&'a str>,
    pub times: Vec<Timestamp>,
    pub data: Vec<&'a Value>,
}

impl<'a> Columns<'a> {
    pub fn of(told: &[Told<'a>]) -> Self {
        let mut columns = Self::default();
        for (order, envelope) in told {
            columns.orders.push(order.0);
            columns.ids.push(envelope.id.0);
            columns.kinds.push(&envelope.kind);
            columns.sources.push(&envelope.source);
            columns.times.push(envelope.time);
            columns.data.push(&envelope.data);
        }
        columns
    }
}
