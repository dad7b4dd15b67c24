//! What becomes of one message: handled in one transaction with its inbox row and acked only after commit, or not.
//!
//! A store that is away is waited for in place; a statement that fails comes back later through the retry queue;
//! what no retry can help is parked.

use std::time::Duration;

use chrono::TimeDelta;
use contracts::{Envelope, Role, topology};
use diesel_async::AsyncConnection;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use lapin::types::AMQPValue;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span, error, warn};

use super::{Consumer, HandleError, Taken};
use crate::amqp::{AmqpError, Outgoing, Publisher, within};
use crate::metrics::{self, Counted};
use crate::{StoreError, backoff, inbox, traces};

/// Past the longest that the database itself lets a statement and its locks take.
const ATTEMPTED_FOR: Duration = Duration::from_secs(20);

enum Outcome {
    Handled,
    Duplicate,
}

impl Consumer {
    pub(super) async fn take(&self, taken: Taken, parking: &Publisher, shutdown: &CancellationToken) {
        let _in_hand = Counted::by(metrics::IN_HAND.with_label_values(&[self.role.name()]));
        let span = self.span(&taken);
        self.settle(taken, parking, shutdown).instrument(span).await;
    }

    fn span(&self, taken: &Taken) -> Span {
        if !traces::on() {
            return Span::none();
        }
        let queue = topology::queue(self.role);
        match &taken.envelope {
            Ok(envelope) => {
                let (parent, id) = (envelope.traceparent.as_deref(), envelope.id.to_string());
                traces::process(parent, self.label(&envelope.kind), &queue, &id)
            }
            Err(_) => traces::process(None, "unknown", &queue, "unknown"),
        }
    }

    /// An answer that does not reach the broker makes it deliver again, which the inbox sees.
    async fn settle(&self, taken: Taken, parking: &Publisher, shutdown: &CancellationToken) {
        let Taken { delivery, envelope, in_hand: _until_settled } = taken;
        let envelope = match envelope {
            Ok(envelope) => envelope,
            Err(error) => return self.park(delivery, parking, "unknown", &error.to_string()).await,
        };
        let kind = envelope.kind.as_str();
        let age = (self.clock.now() - envelope.time).max(TimeDelta::zero()).as_seconds_f64();
        metrics::MESSAGE_AGE_SECONDS.with_label_values(&[self.role.name(), self.label(kind)]).observe(age);
        let mut pauses = backoff::until_available();
        let settled = loop {
            match self.attempt(&envelope).await {
                Ok(outcome) => {
                    self.handler.committed();
                    self.count(
                        kind,
                        if matches!(outcome, Outcome::Handled) { "handled" } else { "duplicate" },
                    );
                    break acked(&delivery).await;
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
                    break refused(&delivery).await;
                }
                Err(failure) => return self.park(delivery, parking, kind, &failure.to_string()).await,
            }
        };
        if let Err(error) = settled {
            warn!(role = %self.role, %error, "Could not settle {kind}; it will come again");
        }
    }

    /// A database that takes statements and answers none must not keep a hand for ever: the consumer could not even begin anew.
    async fn attempt(&self, envelope: &Envelope<Value>) -> Result<Outcome, HandleError> {
        tokio::time::timeout(ATTEMPTED_FOR, self.handled_once(envelope)).await.unwrap_or_else(|_| {
            let why = format!("no answer within {} s", ATTEMPTED_FOR.as_secs());
            Err(HandleError::Store(StoreError::Unavailable(why)))
        })
    }

    async fn handled_once(&self, envelope: &Envelope<Value>) -> Result<Outcome, HandleError> {
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
                acked(&delivery).await
            }
            Err(error) => {
                warn!(role = %self.role, %error, "Could not park {kind}; it comes back later");
                refused(&delivery).await
            }
        };
        if let Err(error) = settled {
            warn!(role = %self.role, %error, "Could not settle {kind}; it will come again");
        }
    }

    fn count(&self, kind: &str, outcome: &str) {
        metrics::MESSAGES.with_label_values(&[self.role.name(), self.label(kind), outcome]).inc();
        if ["retried", "parked"].contains(&outcome) {
            traces::failed(&Span::current(), outcome);
        }
    }

    /// The type is a stranger's text until it has been handled: only known ones become labels.
    fn label<'k>(&self, kind: &'k str) -> &'k str {
        let known =
            self.role.spec().subscriptions.iter().any(|subscription| subscription.types.contains(&kind));
        if known { kind } else { "unknown" }
    }
}

async fn acked(delivery: &Delivery) -> Result<bool, AmqpError> {
    within(delivery.acker.ack(BasicAckOptions::default())).await
}

/// To the retry queue.
async fn refused(delivery: &Delivery) -> Result<bool, AmqpError> {
    within(delivery.acker.nack(BasicNackOptions { requeue: false, multiple: false })).await
}

/// How often the message has come back to this queue, from the history that RabbitMQ keeps in its `x-death` header.
pub(super) fn attempts(delivery: &Delivery, role: Role) -> u32 {
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
