//! How many messages wait in the role's queues, as gauges, and for how long. Asking needs no permission of the broker's.

use std::time::Duration;

use contracts::topology;
use lapin::Connection;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use tracing::debug;

use super::Consumer;
use crate::amqp::within;
use crate::metrics;

/// More often than anybody scrapes.
const EVERY: Duration = Duration::from_secs(3);

/// The label of the queue that the role consumes.
const WAITING: &str = "waiting";

/// Until it is dropped.
pub(super) async fn watch(consumer: &Consumer, connection: &Connection) {
    loop {
        if let Err(error) = within(look(consumer, connection)).await {
            debug!(role = %consumer.role, %error, "The broker does not say how many messages wait");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn look(consumer: &Consumer, connection: &Connection) -> lapin::Result<()> {
    let role = consumer.role;
    let queues = [
        (WAITING, topology::queue(role)),
        ("retry", topology::retry_queue(role)),
        ("parked", topology::parking_queue(role)),
    ];
    // A channel of its own each time: the broker closes one that asks for a queue which is not there.
    let channel = connection.create_channel().await?;
    for (label, queue) in queues {
        let asked = consumer.clock.now();
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        let found = channel.queue_declare(queue.into(), passive, FieldTable::default()).await?;
        let messages = found.message_count();
        metrics::QUEUE_MESSAGES.with_label_values(&[role.name(), label]).set(messages.into());
        if label == WAITING {
            consumer.queue.looked(messages, asked);
        }
    }
    channel.close(200, "done".into()).await
}
