//! How many messages wait in the role's queues, as gauges. Asking needs no permission of the broker's.

use std::time::Duration;

use contracts::{Role, topology};
use lapin::Connection;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use tracing::debug;

use crate::metrics;

const EVERY: Duration = Duration::from_secs(15);

/// Until it is dropped.
pub(super) async fn watch(role: Role, connection: &Connection) {
    loop {
        if let Err(error) = look(role, connection).await {
            debug!(%role, %error, "The broker does not say how many messages wait");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn look(role: Role, connection: &Connection) -> lapin::Result<()> {
    let queues = [
        ("waiting", topology::queue(role)),
        ("retry", topology::retry_queue(role)),
        ("parked", topology::parking_queue(role)),
    ];
    // A channel of its own each time: the broker closes one that asks for a queue which is not there.
    let channel = connection.create_channel().await?;
    for (label, queue) in queues {
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        let found = channel.queue_declare(queue.into(), passive, FieldTable::default()).await?;
        let messages = i64::from(found.message_count());
        metrics::QUEUE_MESSAGES.with_label_values(&[role.name(), label]).set(messages);
    }
    channel.close(200, "done".into()).await
}
