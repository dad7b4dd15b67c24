//! Parked messages, for those who look after the shop: read, sent again to their consumer, dropped.
//!
//! They are held unacked meanwhile: whatever ends the session, those not settled are back in their queue, in their order.

use contracts::{Envelope, Role, topology};
use lapin::Acker;
use lapin::options::{BasicAckOptions, BasicGetOptions};
use lapin::{Channel, Connection};
use serde_json::Value;

use crate::amqp::{AmqpError, Broker, Outgoing, Publisher, within};

/// A message and the right to settle it.
pub struct Parked {
    /// The event's id; empty for a body that is no message and came without one.
    pub id: String,
    /// `None`: the body is no message.
    pub envelope: Option<Envelope<Value>>,
    pub body: Vec<u8>,
    acker: Acker,
}

/// The parking queue of one role, by the role's own permissions.
pub struct ParkingQueue {
    role: Role,
    publisher: Publisher,
    channel: Channel,
    connection: Connection,
}

impl ParkingQueue {
    pub async fn open(broker: Broker, role: Role) -> Result<Self, AmqpError> {
        let connection = broker.connect().await?;
        let channel = within(connection.create_channel()).await?;
        Ok(Self { role, publisher: Publisher::new(broker), channel, connection })
    }

    /// The oldest `limit`; the same ones are given once only, until the queue is closed.
    pub async fn take(&self, limit: usize) -> Result<Vec<Parked>, AmqpError> {
        let queue = topology::parking_queue(self.role);
        let mut taken = Vec::new();
        while taken.len() < limit {
            let asked = self.channel.basic_get(queue.as_str().into(), BasicGetOptions::default());
            let Some(message) = within(asked).await? else { break };
            let delivery = message.delivery;
            let envelope = Envelope::decode(&delivery.data).ok();
            let given = delivery.properties.message_id().as_ref().map(ToString::to_string);
            let id = envelope.as_ref().map(|envelope| envelope.id.to_string()).or(given).unwrap_or_default();
            taken.push(Parked { id, envelope, body: delivery.data, acker: delivery.acker });
        }
        Ok(taken)
    }

    /// To the role's queue, as it was: the inbox knows it by its id. Acked only when the broker has it there.
    pub async fn redrive(&self, message: &Parked) -> Result<(), AmqpError> {
        let again = Outgoing {
            exchange: topology::dead_letter_exchange(self.role),
            routing_key: topology::AGAIN.to_owned(),
            id: message.id.clone(),
            body: message.body.clone(),
            mandatory: true,
        };
        self.publisher.publish_all(&[again]).await?;
        self.drop(message).await
    }

    /// For good.
    pub async fn drop(&self, message: &Parked) -> Result<(), AmqpError> {
        within(async { message.acker.ack(BasicAckOptions::default()).await.map(|_| ()) }).await
    }

    /// What was not settled is in the queue again.
    pub async fn close(self) -> Result<(), AmqpError> {
        within(self.channel.close(200, "done".into())).await?;
        within(self.connection.close(200, "done".into())).await
    }
}
