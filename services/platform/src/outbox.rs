//! Events leave in two steps: recorded with the change that they tell of, published after it is committed.

use std::collections::HashMap;

use contracts::envelope::SpecVersion;
use contracts::{Envelope, Message, Role};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::{EventId, Timestamp};

use crate::partitions::{Key, Partitioned, Retention};
use crate::{Connection, inbox, sql, traces};

/// The relay deletes what it has published; the file that its rows leave behind goes with the month.
pub(crate) const PARTITIONED: Partitioned =
    Partitioned { table: "outbox", key: Key::Time("occurred_at"), retention: Retention::WhenEmpty };

/// A message on its way into the outbox.
#[derive(Clone, Debug)]
pub struct Event {
    envelope: Envelope<serde_json::Value>,
    from: Role,
    /// Whether what is done now is not what it tells of.
    late: bool,
}

impl Event {
    pub fn new<M: Message>(message: &M, at: Timestamp) -> Self {
        let data = serde_json::to_value(message).expect("messages are plain data");
        Self {
            from: M::FROM,
            late: false,
            envelope: Envelope {
                specversion: SpecVersion::V1,
                id: EventId::new(),
                source: format!("/shop/{}", M::FROM),
                kind: M::TYPE.to_owned(),
                subject: message.subject(),
                time: at,
                correlationid: None,
                causationid: None,
                traceparent: None,
                aggregateversion: 0,
                data,
            },
        }
    }

    /// Joins the story of `cause`, the message that it answers.
    #[must_use]
    pub fn caused_by<D>(mut self, cause: &Envelope<D>) -> Self {
        self.envelope.correlationid = cause.correlationid.clone();
        self.envelope.causationid = Some(cause.id);
        self
    }

    /// Answers a message later than in the transaction that took it, when only its id is left.
    #[must_use]
    pub fn answering(mut self, cause: EventId) -> Self {
        self.envelope.causationid = Some(cause);
        self.late = true;
        self
    }

    /// Names the story: the order's id.
    #[must_use]
    pub fn correlated(mut self, story: impl ToString) -> Self {
        self.envelope.correlationid = Some(story.to_string());
        self
    }

    /// The version of the aggregate after the change; readers ignore what is older than what they know.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.envelope.aggregateversion = version;
        self
    }

    pub fn envelope(&self) -> &Envelope<serde_json::Value> {
        &self.envelope
    }

    /// Records the event in the caller's transaction; the relay publishes it after commit.
    ///
    /// Delivery is at least once, so consumers go through the inbox.
    pub async fn record(&self, conn: &mut Connection) -> QueryResult<()> {
        record_all(std::slice::from_ref(self), conn).await
    }
}

/// Records several events in one statement, in this order.
pub async fn record_all(events: &[Event], conn: &mut Connection) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let of = || events.iter().map(|event| &event.envelope);
    let payloads = payloads(events, conn).await?;
    // One text however many there are, so that it is prepared once.
    sql("INSERT INTO outbox (id, type, aggregateid, payload, occurred_at)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::timestamptz[])")
    .bind::<Array<SqlUuid>, _>(of().map(|envelope| envelope.id.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(of().map(|envelope| envelope.kind.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(of().map(|envelope| envelope.subject.as_str()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(payloads)
    .bind::<Array<Timestamptz>, _>(of().map(|envelope| envelope.time).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// With what each is a part of: what is done now, or, of an answer that is late, what its cause was handled in.
async fn payloads(events: &[Event], conn: &mut Connection) -> QueryResult<Vec<serde_json::Value>> {
    let current = traces::current();
    let cause = |event: &Event| {
        event.envelope.causationid.filter(|_| traces::on() && (event.late || current.is_none()))
    };
    let causes: Vec<EventId> = events.iter().filter_map(cause).collect();
    let handled = match events.first() {
        Some(first) if !causes.is_empty() => inbox::traces_of(conn, first.from, &causes).await?,
        _ => HashMap::new(),
    };
    let payload = |event: &Event| {
        let mut payload = serde_json::to_value(&event.envelope).expect("envelopes are plain data");
        let parent = cause(event).and_then(|cause| handled.get(&cause)).or(current.as_ref());
        if let Some(parent) = parent {
            payload[traces::PARENT] = parent.as_str().into();
        }
        payload
    };
    Ok(events.iter().map(payload).collect())
}
