//! What the order hears, into the outbox.

use contracts::Message;
use diesel::QueryResult;
use kernel::{EventId, Timestamp};
use platform::Connection;
use platform::outbox::{Event, record_all};

use crate::domain::{Answer, Payment};

/// In the transaction of the change that they tell of.
pub async fn record_answers(
    conn: &mut Connection,
    payment: &Payment,
    answers: &[Answer],
    cause: Option<EventId>,
    now: Timestamp,
) -> QueryResult<()> {
    let events: Vec<Event> = answers.iter().map(|answer| event_of(payment, answer, cause, now)).collect();
    record_all(&events, conn).await
}

fn event_of(payment: &Payment, answer: &Answer, cause: Option<EventId>, now: Timestamp) -> Event {
    match answer {
        Answer::Authorized(message) => event(payment, message, cause, now),
        Answer::Failed(message) => event(payment, message, cause, now),
        Answer::Voided(message) => event(payment, message, cause, now),
        Answer::Succeeded(message) => event(payment, message, cause, now),
        Answer::CaptureFailed(message) => event(payment, message, cause, now),
        Answer::Refunded(message) => event(payment, message, cause, now),
        Answer::PartRefunded(message) => event(payment, message, cause, now),
        Answer::PartRefundFailed(message) => event(payment, message, cause, now),
        Answer::ChargedBack(message) => event(payment, message, None, now),
        Answer::Invoiced(message) => event(payment, message, cause, now),
    }
}

fn event<M: Message>(payment: &Payment, message: &M, cause: Option<EventId>, now: Timestamp) -> Event {
    let event = Event::new(message, now).correlated(payment.order_id).version(payment.version);
    match cause {
        Some(cause) => event.answering(cause),
        None => event,
    }
}
