//! Says what changed and answers the saga, in the transaction of the change.

use contracts::api::orders::Shortage;
use contracts::messages::inventory::{
    StockCommitFailed, StockCommitted, StockRejected, StockReleased, StockReserved, StockRestocked,
};
use contracts::{Envelope, Message};
use diesel::QueryResult;
use kernel::{OrderId, Timestamp};
use platform::Connection;
use platform::outbox::{Event, record_all};
use serde_json::Value;

use crate::domain::{Answer, Level};
use crate::metrics;

/// The command that is being carried out.
#[derive(Clone, Copy)]
pub struct Story<'a> {
    pub order_id: OrderId,
    pub cause: &'a Envelope<Value>,
    pub now: Timestamp,
}

/// What the saga is told.
pub struct Reply {
    pub answer: Answer,
    pub expires_at: Option<Timestamp>,
    pub shortages: Vec<Shortage>,
}

impl Story<'_> {
    /// The levels that changed, and the answer after them.
    pub async fn announce(self, levels: &[Level], reply: Reply, conn: &mut Connection) -> QueryResult<()> {
        metrics::ANSWERS.with_label_values(&[metrics::outcome(reply.answer)]).inc();
        let mut events: Vec<Event> =
            levels.iter().map(|level| self.event(&level.message()).version(level.version)).collect();
        events.push(self.reply(reply));
        record_all(&events, conn).await
    }

    fn reply(self, reply: Reply) -> Event {
        let order_id = self.order_id;
        match reply.answer {
            Answer::Reserved => {
                let expires_at = reply.expires_at.expect("what is held has an end");
                self.event(&StockReserved { order_id, expires_at, allocations: vec![] })
            }
            Answer::Rejected => self.event(&StockRejected { order_id, shortages: reply.shortages }),
            Answer::Released => self.event(&StockReleased { order_id }),
            Answer::Committed => self.event(&StockCommitted { order_id }),
            Answer::CommitFailed => self.event(&StockCommitFailed { order_id }),
            Answer::Restocked => self.event(&StockRestocked { order_id }),
        }
    }

    fn event<M: Message>(self, message: &M) -> Event {
        Event::new(message, self.now).caused_by(self.cause).correlated(self.order_id)
    }
}
