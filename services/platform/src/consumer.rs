//! Takes messages from the role's queue, each in one transaction with its inbox row, acked only after commit.
//!
//! A store that is away is waited for in place; a statement that fails comes back later through the retry queue;
//! what no retry can help is parked.

use std::sync::Arc;
use std::time::Duration;

use contracts::{DecodeError, Envelope, Role, topology};
use diesel_async::AsyncConnection;
use futures::StreamExt;
use futures::future::BoxFuture;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::amqp::{AmqpError, Broker, Outgoing, Publisher};
use crate::health::Gate;
use crate::{Connection, Database, StoreError, backoff, inbox, metrics};

/// Messages in hand at once; more would wait for a database connection.
const CONCURRENCY: usize = 4;
const PREFETCH: u16 = 16;

/// What a service does with a message: everything through `connection`, which is in the transaction of the inbox.
pub trait Handler: Send + Sync + 'static {
    fn handle<'a>(
        &'a self,
        connection: &'a mut Connection,
        envelope: &'a Envelope<Value>,
    ) -> BoxFuture<'a, Result<(), HandleError>>;

    /// Its effect is visible now: the moment to wake whoever goes on with it in this process.
    fn committed(&self) {}
}

#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It will never be right, however often it comes: to the parking queue.
    #[error("{0}")]
    Impossible(String),
}

impl From<diesel::result::Error> for HandleError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

pub(crate) struct Consumer {
    pub role: Role,
    pub broker: Broker,
    pub database: Database,
    pub handler: Arc<dyn Handler>,
    pub gate: Gate,
}

enum Outcome {
    Handled,
    Duplicate,
}

impl Consumer {
    pub async fn run(self, shutdown: CancellationToken) {
        let parking = Publisher::new(self.broker.clone());
        let mut pauses = backoff::until_available();
        while !shutdown.is_cancelled() {
            match self.consume(&parking, &shutdown).await {
                Ok(()) => pauses = backoff::until_available(),
                Err(error) => {
                    let (role, address) = (self.role, self.broker.address());
                    warn!(%role, broker = %address, %error, "{role} can't consume from {address}: {error}");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pauses.next().unwrap_or(Duration::from_secs(5))) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Until the connection or the process ends.
    async fn consume(&self, parking: &Publisher, shutdown: &CancellationToken) -> Result<(), AmqpError> {
        let connection = self.broker.connect().await?;
        let channel = connection.create_channel().await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let queue = topology::queue(self.role);
        let deliveries = channel
            .basic_consume(
                queue.as_str().into(),
                self.role.name().into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await?;
        info!(role = %self.role, "{} consumes {queue}", self.role);
        self.gate.open();
        deliveries
            .take_until(shutdown.cancelled())
            .for_each_concurrent(CONCURRENCY, async |delivery| match delivery {
                Ok(delivery) => self.take(delivery, parking, shutdown).await,
                Err(error) => {
                    warn!(role = %self.role, %error, "The consumer of {} lost its channel", self.role);
                }
            })
            .await;
        Ok(())
    }

    /// Settles one delivery. An answer that does not reach the broker makes it deliver again, which the inbox sees.
    async fn take(&self, delivery: Delivery, parking: &Publisher, shutdown: &CancellationToken) {
        let envelope = match Envelope::decode(&delivery.data) {
            Ok(envelope) => envelope,
            Err(error) => return self.park(delivery, parking, "unknown", &error.to_string()).await,
        };
        let kind = envelope.kind.as_str();
        let mut pauses = backoff::until_available();
        let settled = loop {
            match self.attempt(&envelope).await {
                Ok(outcome) => {
                    self.handler.committed();
                    self.count(
                        kind,
                        if matches!(outcome, Outcome::Handled) { "handled" } else { "duplicate" },
                    );
                    break delivery.acker.ack(BasicAckOptions::default()).await;
                }
                Err(HandleError::Store(StoreError::Unavailable(why))) => {
                    warn!(role = %self.role, error = why, database = %self.database.address(), "{kind} waits: {why}");
                    tokio::select! {
                        () = tokio::time::sleep(pauses.next().unwrap_or_default()) => {}
                        // Unsettled: the broker gives it to another replica, or to us after the restart.
                        () = shutdown.cancelled() => return,
                    }
                }
                Err(HandleError::Store(failure @ StoreError::Query(_))) => {
                    if attempts(&delivery, self.role) >= topology::MAX_ATTEMPTS {
                        return self.park(delivery, parking, kind, &failure.to_string()).await;
                    }
                    error!(role = %self.role, id = %envelope.id, error = ?failure, "{kind} failed; it comes back later");
                    self.count(kind, "retried");
                    break delivery.acker.nack(BasicNackOptions { requeue: false, multiple: false }).await;
                }
                Err(failure) => return self.park(delivery, parking, kind, &failure.to_string()).await,
            }
        };
        if let Err(error) = settled {
            warn!(role = %self.role, %error, "Could not settle {kind}; it will come again");
        }
    }

    async fn attempt(&self, envelope: &Envelope<Value>) -> Result<Outcome, HandleError> {
        let mut conn = self.database.connect().await?;
        conn.transaction(async |conn| {
            if !inbox::first_time(conn, self.role, envelope.id).await? {
                return Ok(Outcome::Duplicate);
            }
            self.handler.handle(conn, envelope).await?;
            Ok(Outcome::Handled)
        })
        .await
    }

    /// Acked only after the broker has it in the parking queue.
    async fn park(&self, delivery: Delivery, parking: &Publisher, kind: &str, why: &str) {
        error!(role = %self.role, error = why, "Parked {kind} in {}: {why}", topology::parking_queue(self.role));
        let message = Outgoing {
            exchange: topology::dead_letter_exchange(self.role),
            routing_key: topology::PARKED.to_owned(),
            id: delivery.properties.message_id().as_ref().map(ToString::to_string).unwrap_or_default(),
            body: delivery.data.clone(),
            mandatory: true,
        };
        let settled = match parking.publish_all(&[message]).await {
            Ok(()) => {
                self.count(kind, "parked");
                delivery.acker.ack(BasicAckOptions::default()).await
            }
            Err(error) => {
                warn!(role = %self.role, %error, "Could not park {kind}; it comes back later");
                delivery.acker.nack(BasicNackOptions { requeue: false, multiple: false }).await
            }
        };
        if let Err(error) = settled {
            warn!(role = %self.role, %error, "Could not settle {kind}; it will come again");
        }
    }

    fn count(&self, kind: &str, outcome: &str) {
        // The type is a stranger's text until it has been handled: only known ones become labels.
        let known =
            self.role.spec().subscriptions.iter().any(|subscription| subscription.types.contains(&kind));
        let kind = if known { kind } else { "unknown" };
        metrics::MESSAGES.with_label_values(&[self.role.name(), kind, outcome]).inc();
    }
}

/// How often the message has come back to this queue, from the history that RabbitMQ keeps in its `x-death` header.
fn attempts(delivery: &Delivery, role: Role) -> u32 {
    let Some(headers) = delivery.properties.headers() else { return 0 };
    let Some(AMQPValue::FieldArray(deaths)) = headers.inner().get("x-death") else { return 0 };
    let here = topology::queue(role);
    deaths
        .as_slice()
        .iter()
        .filter_map(|death| match death {
            AMQPValue::FieldTable(death) => Some(death.inner()),
            _ => None,
        })
        .filter(|death| matches!(death.get("queue"), Some(AMQPValue::LongString(queue)) if queue.as_bytes() == here.as_bytes()))
        .map(|death| match death.get("count") {
            Some(AMQPValue::LongLongInt(count)) => u32::try_from(*count).unwrap_or(u32::MAX),
            _ => 0,
        })
        .sum()
}
