//! Parked messages, for those who look after the shop: read, sent again to their consumer, dropped.
//!
//! They are held unacked meanwhile: whatever ends the session, those not settled are back in their queue.

use contracts::{Envelope, Role, topology};
use lapin::Acker;
use lapin::options::{BasicAckOptions, BasicGetOptions, BasicNackOptions};
use lapin::{Channel, Connection};
use serde_json::Value;

use crate::amqp::{AmqpError, Broker, Outgoing, Publisher, within};

/// What is held in memory at once; should more be parked, the rest comes to the front.
const MOST: usize = 10_000;

/// A message and the right to settle it.
pub struct Parked {
    /// The event's id; empty for a body that is no message and came without one.
    pub id: String,
    /// `None`: the body is no message.
    pub envelope: Option<Envelope<Value>>,
    pub body: Vec<u8>,
    acker: Acker,
    is_settled: bool,
}

/// The parking queue of one role, by the role's own permissions.
pub struct ParkingQueue {
    role: Role,
    publisher: Publisher,
    channel: Channel,
    connection: Connection,
    taken: Vec<Parked>,
}

impl ParkingQueue {
    pub async fn open(broker: Broker, role: Role) -> Result<Self, AmqpError> {
        let connection = broker.connect().await?;
        let channel = within(connection.create_channel()).await?;
        Ok(Self { role, publisher: Publisher::new(broker), channel, connection, taken: Vec::new() })
    }

    /// All of them, the oldest first; they stay taken until the queue is closed. All, because the broker puts what is given
    /// back behind the others: a part of them would come out of its place.
    pub async fn take_all(&mut self) -> Result<(), AmqpError> {
        let queue = topology::parking_queue(self.role);
        while self.taken.len() < MOST {
            let asked = self.channel.basic_get(queue.as_str().into(), BasicGetOptions::default());
            let Some(message) = within(asked).await? else { break };
            let delivery = message.delivery;
            let envelope = Envelope::decode(&delivery.data).ok();
            let given = delivery.properties.message_id().as_ref().map(ToString::to_string);
            let id = envelope.as_ref().map(|envelope| envelope.id.to_string()).or(given).unwrap_or_default();
            let (body, acker) = (delivery.data, delivery.acker);
            self.taken.push(Parked { id, envelope, body, acker, is_settled: false });
        }
        Ok(())
    }

    pub fn taken(&self) -> &[Parked] {
        &self.taken
    }

    /// To the role's queue, as it was: the inbox knows it by its id. Acked only when the broker has it there.
    pub async fn redrive(&mut self, index: usize) -> Result<(), AmqpError> {
        let message = &self.taken[index];
        let again = Outgoing {
            exchange: topology::dead_letter_exchange(self.role),
            routing_key: topology::AGAIN.to_owned(),
            id: message.id.clone(),
            body: message.body.clone(),
            mandatory: true,
        };
        self.publisher.publish_all(&[again]).await?;
        self.remove(index).await
    }

    /// For good.
    pub async fn remove(&mut self, index: usize) -> Result<(), AmqpError> {
        let message = &mut self.taken[index];
        within(async { message.acker.ack(BasicAckOptions::default()).await.map(|_| ()) }).await?;
        message.is_settled = true;
        Ok(())
    }

    /// Gives back what was not settled: one by one, the oldest first, for the broker by itself may mix them up.
    pub async fn close(self) -> Result<(), AmqpError> {
        let give_back = BasicNackOptions { requeue: true, multiple: false };
        for message in self.taken.iter().filter(|message| !message.is_settled) {
            within(async { message.acker.nack(give_back).await.map(|_| ()) }).await?;
        }
        within(self.channel.close(200, "done".into())).await?;
        within(self.connection.close(200, "done".into())).await
    }
}
