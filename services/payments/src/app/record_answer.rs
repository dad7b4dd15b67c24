//! What the order hears, into the outbox.

use contracts::Message;
use diesel::QueryResult;
use kernel::{EventId, Timestamp};
use platform::Connection;
use platform::outbox::Event;

use crate::domain::{Answer, Payment};

/// In the transaction of the change that it tells of.
pub async fn record_answer(
    conn: &mut Connection,
    payment: &Payment,
    answer: Option<Answer>,
    cause: Option<EventId>,
    now: Timestamp,
) -> QueryResult<()> {
    let Some(answer) = answer else { return Ok(()) };
    let event = match &answer {
        Answer::Authorized(message) => event(message, now),
        Answer::Failed(message) => event(message, now),
        Answer::Voided(message) => event(message, now),
        Answer::Succeeded(message) => event(message, now),
        Answer::CaptureFailed(message) => event(message, now),
        Answer::Refunded(message) => event(message, now),
    };
    let event = event.correlated(payment.order_id).version(payment.version);
    let event = match cause {
        Some(cause) => event.answering(cause),
        None => event,
    };
    event.record(conn).await
}

fn event<M: Message>(message: &M, now: Timestamp) -> Event {
    Event::new(message, now)
}
