//! Takes events from the outbox to the broker: woken by NOTIFY, in batches, deleted after the confirm.
//!
//! One relay per database drains at a time (an advisory lock), so the events of an aggregate keep their order;
//! another replica's relay goes on when this one is gone. See docs/adr/0004-one-relay-at-a-time.md.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use contracts::{Role, topology};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use futures::StreamExt;
use kernel::Clock;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{Span, warn};

use crate::amqp::{AmqpError, Outgoing, Publisher};
use crate::health::Gate;
use crate::locks::try_lock;
use crate::schema::outbox;
use crate::tasks::{self, Tasks};
use crate::{Connection, Database, StoreError, backlog, backoff, metrics, traces};

const BATCH: i64 = 200;

/// Also looks without being woken: a notification is lost when the listening connection breaks.
const IDLE: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("could not publish: {0}")]
    Publish(#[from] AmqpError),
}

impl From<diesel::result::Error> for RelayError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

pub(crate) struct Relay {
    pub role: Role,
    pub database: Database,
    pub publisher: Publisher,
    pub broker_address: String,
    pub gate: Gate,
    pub clock: Clock,
}

impl Relay {
    pub fn start(self, tasks: &Tasks) {
        let wake = Arc::new(Notify::new());
        tasks.spawn("outbox-listener", listen(self.database.clone(), wake.clone(), tasks.shutdown()));
        let watching = backlog::watch(self.role, self.database.clone(), self.clock.clone(), tasks.shutdown());
        tasks.spawn("outbox-backlog", watching);
        tasks.spawn("outbox-relay", self.run(wake, tasks.shutdown()));
    }

    async fn run(self, wake: Arc<Notify>, shutdown: CancellationToken) {
        let mut pauses = backoff::until_available();
        while !shutdown.is_cancelled() {
            let drained = self.drain().await;
            let blocked = matches!(drained, Err(RelayError::Publish(AmqpError::Blocked)));
            metrics::BROKER_BLOCKED.with_label_values(&[self.role.name()]).set(blocked.into());
            match drained {
                Ok(published) => {
                    self.gate.open();
                    pauses = backoff::until_available();
                    if published == 0 {
                        tokio::select! {
                            () = wake.notified() => {}
                            () = tokio::time::sleep(IDLE) => {}
                            () = shutdown.cancelled() => {}
                        }
                    }
                }
                Err(error) => {
                    let (role, address) = (self.role, &self.broker_address);
                    warn!(%role, broker = %address, %error, "The outbox of {role} waits: {error}");
                    // Not woken: what is recorded while the broker is away must not cut the pause short.
                    tasks::pause(pauses.next().unwrap_or(IDLE), &shutdown).await;
                }
            }
        }
    }

    /// One batch; how many events it published.
    async fn drain(&self) -> Result<usize, RelayError> {
        self.publisher.ready().await?;
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| self.drain_in(conn).await).await
    }

    async fn drain_in(&self, conn: &mut Connection) -> Result<usize, RelayError> {
        if !try_lock("outbox", conn).await? {
            return Ok(0);
        }
        let rows: Vec<Row> =
            outbox::table.order(outbox::position).limit(BATCH).select(Row::as_select()).load(conn).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let (messages, spans): (Vec<Outgoing>, Vec<Span>) =
            rows.iter().map(|row| row.outgoing(self.role)).unzip();
        let published = self.publisher.publish_all(&messages).await;
        if published.is_err() {
            spans.iter().for_each(|span| traces::failed(span, "unconfirmed"));
        }
        published?;
        forget(conn, &rows).await?;
        metrics::PUBLISHED.with_label_values(&[self.role.name()]).inc_by(messages.len() as u64);
        Ok(messages.len())
    }
}

async fn forget(conn: &mut Connection, published: &[Row]) -> QueryResult<()> {
    // By position, not up to one: a transaction may commit a lower one only now, which was not read.
    let positions: Vec<i64> = published.iter().map(|row| row.position).collect();
    let times = || published.iter().map(|row| row.occurred_at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(()) };
    // The times tell Postgres which partitions to leave alone.
    let rows = outbox::table
        .filter(outbox::position.eq_any(positions))
        .filter(outbox::occurred_at.between(first, last));
    diesel::delete(rows).execute(conn).await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct Row {
    position: i64,
    id: uuid::Uuid,
    kind: String,
    payload: serde_json::Value,
    occurred_at: kernel::Timestamp,
}

impl Row {
    /// With the span of its publication, which ends when it is dropped.
    fn outgoing(&self, role: Role) -> (Outgoing, Span) {
        let (exchange, id) = (topology::exchange(role), self.id.to_string());
        let (span, payload) = self.traced(&exchange, &id);
        let message = Outgoing {
            exchange,
            routing_key: self.kind.clone(),
            id,
            body: serde_json::to_vec(&*payload).expect("JSON can be written"),
            mandatory: topology::has_consumer(&self.kind),
        };
        (message, span)
    }

    /// Whoever takes it continues its publication, which continues what it was recorded in.
    fn traced(&self, exchange: &str, id: &str) -> (Span, Cow<'_, serde_json::Value>) {
        let recorded_in = self.payload[traces::PARENT].as_str().filter(|_| traces::on());
        let Some(parent) = recorded_in else { return (Span::none(), Cow::Borrowed(&self.payload)) };
        let span = traces::publish(parent, &self.kind, exchange, id);
        let mut payload = self.payload.clone();
        payload[traces::PARENT] = traces::parent_of(&span).into();
        (span, Cow::Owned(payload))
    }
}

/// Turns notifications into wake-ups, over a connection of its own.
async fn listen(database: Database, wake: Arc<Notify>, shutdown: CancellationToken) {
    let mut pauses = backoff::until_available();
    while !shutdown.is_cancelled() {
        let listening = async {
            let mut conn = database.connect_alone().await?;
            conn.batch_execute("LISTEN outbox").await?;
            wake.notify_one();
            let mut notifications = pin!(conn.notifications_stream());
            while let Some(Ok(_)) = notifications.next().await {
                wake.notify_one();
            }
            Ok::<_, StoreError>(())
        };
        tokio::select! {
            ended = listening => if ended.is_ok() { pauses = backoff::until_available() },
            () = shutdown.cancelled() => return,
        }
        // The relay itself says why the database is away; here it is enough to come back.
        tasks::pause(pauses.next().unwrap_or(IDLE), &shutdown).await;
    }
}
