//! Takes messages from the role's queue: several at once, but those of one subject one after the other.
//!
//! What holds across replicas, and after a failure: docs/adr/0015-order-of-messages.md.

mod age;
mod depth;
mod settle;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use contracts::{DecodeError, Envelope, Role, topology};
use futures::future::{BoxFuture, join, join_all};
use futures::{Stream, StreamExt};
use kernel::Clock;
use lapin::message::Delivery;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::amqp::{AmqpError, Broker, Publisher, within};
use crate::health::Gate;
use crate::{Connection, Database, StoreError, backoff, tasks};

use age::InHand;
pub(crate) use age::QueueAge;

/// Messages that are handled at once; more would wait for a database connection.
const CONCURRENCY: usize = 4;

/// Messages that the broker hands over before the first is settled.
const PREFETCH: u16 = 16;

/// Messages of one subject share a lane. More lanes than hands, so that strangers seldom wait for each other.
const LANES: usize = 16;

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
    pub clock: Clock,
    pub queue: QueueAge,
}

/// A delivery with what was read from it.
struct Taken {
    delivery: Delivery,
    envelope: Result<Envelope<Value>, DecodeError>,
    in_hand: InHand,
}

impl Taken {
    fn lane(&self) -> usize {
        let mut hasher = DefaultHasher::new();
        self.envelope.as_ref().map_or("", |envelope| &envelope.subject).hash(&mut hasher);
        usize::try_from(hasher.finish() % LANES as u64).expect("the remainder is below the number of lanes")
    }
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
            tasks::pause(pauses.next().unwrap_or(Duration::from_secs(5)), &shutdown).await;
        }
    }

    /// Until the connection or the process ends.
    async fn consume(&self, parking: &Publisher, shutdown: &CancellationToken) -> Result<(), AmqpError> {
        let connection = self.broker.connect().await?;
        let queue = topology::queue(self.role);
        // A broker whose queue has no leader yet keeps the connection alive and does not answer.
        let deliveries = within(self.subscribe(&connection, &queue)).await?;
        info!(role = %self.role, "{} consumes {queue}", self.role);
        self.gate.open();
        let deliveries = pin!(deliveries.take_until(shutdown.cancelled()));
        let work = self.work(deliveries, parking, shutdown);
        tokio::select! {
            () = work => {}
            () = depth::watch(self, &connection) => {}
        }
        Ok(())
    }

    async fn subscribe(&self, connection: &lapin::Connection, queue: &str) -> lapin::Result<lapin::Consumer> {
        let channel = connection.create_channel().await?;
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        channel.basic_consume(queue.into(), self.role.name().into(), options, arguments).await
    }

    fn received(&self, delivery: Delivery) -> Taken {
        let envelope = Envelope::decode(&delivery.data);
        let published = match &envelope {
            Ok(envelope) if settle::attempts(&delivery, self.role) == 0 => Some(envelope.time),
            _ => None,
        };
        Taken { delivery, envelope, in_hand: self.queue.taken(published, self.clock.now()) }
    }

    /// Until there are no more deliveries.
    async fn work(
        &self,
        mut deliveries: impl Stream<Item = lapin::Result<Delivery>> + Unpin,
        parking: &Publisher,
        shutdown: &CancellationToken,
    ) {
        let (entries, lanes): (Vec<_>, Vec<_>) =
            (0..LANES).map(|_| mpsc::channel::<Taken>(PREFETCH.into())).unzip();
        let distribute = async move {
            while let Some(delivery) = deliveries.next().await {
                match delivery.map(|delivery| self.received(delivery)) {
                    // Never full: there are no more than the broker hands over. Never closed: they end after this.
                    Ok(taken) => drop(entries[taken.lane()].send(taken).await),
                    Err(error) => {
                        warn!(role = %self.role, %error, "The consumer of {} lost its channel", self.role);
                    }
                }
            }
        };
        let hands = Semaphore::new(CONCURRENCY);
        let go_on = lanes.into_iter().map(async |mut lane| {
            while let Some(taken) = lane.recv().await {
                let _hand = hands.acquire().await.expect("it is never closed");
                // What has not been begun goes back: the broker gives it to another replica.
                if !shutdown.is_cancelled() {
                    self.take(taken, parking, shutdown).await;
                }
            }
        });
        join(distribute, join_all(go_on)).await;
    }
}
