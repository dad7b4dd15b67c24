//! Says what changed and answers the saga, in the transaction of the change.

use contracts::api::orders::Shortage;
use contracts::messages::inventory::{
    Allocation, StockCommitFailed, StockCommitted, StockRejected, StockReleased, StockReserved,
    StockRestocked, StockReturned,
};
use contracts::{Envelope, Message};
use diesel::QueryResult;
use kernel::{OrderId, ReturnId, Timestamp};
use platform::Connection;
use platform::outbox::{Event, record_all};
use serde_json::Value;

use crate::domain::Change;
use crate::metrics;

/// The command that is being carried out.
#[derive(Clone, Copy)]
pub struct Story<'a> {
    pub order_id: OrderId,
    pub cause: &'a Envelope<Value>,
    pub now: Timestamp,
}

/// What the saga is told.
pub enum Reply {
    Reserved { expires_at: Timestamp, allocations: Vec<Allocation> },
    Rejected { shortages: Vec<Shortage> },
    Released,
    Committed,
    CommitFailed,
    Restocked,
    Returned { return_id: ReturnId },
}

impl Story<'_> {
    /// The levels that changed, and the answer after them.
    pub async fn announce(self, changes: &[Change], reply: Reply, conn: &mut Connection) -> QueryResult<()> {
        metrics::ANSWERS.with_label_values(&[reply.name()]).inc();
        let mut events: Vec<Event> =
            level_events(changes, self.now).into_iter().map(|event| self.joined(event)).collect();
        events.push(self.reply(reply));
        record_all(&events, conn).await
    }

    fn reply(self, reply: Reply) -> Event {
        let order_id = self.order_id;
        match reply {
            Reply::Reserved { expires_at, allocations } => {
                self.event(&StockReserved { order_id, expires_at, allocations })
            }
            Reply::Rejected { shortages } => self.event(&StockRejected { order_id, shortages }),
            Reply::Released => self.event(&StockReleased { order_id }),
            Reply::Committed => self.event(&StockCommitted { order_id }),
            Reply::CommitFailed => self.event(&StockCommitFailed { order_id }),
            Reply::Restocked => self.event(&StockRestocked { order_id }),
            Reply::Returned { return_id } => self.event(&StockReturned { order_id, return_id }),
        }
    }

    fn event<M: Message>(self, message: &M) -> Event {
        self.joined(Event::new(message, self.now))
    }

    fn joined(self, event: Event) -> Event {
        event.caused_by(self.cause).correlated(self.order_id)
    }
}

impl Reply {
    /// As a label.
    fn name(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Rejected { .. } => "rejected",
            Self::Released => "released",
            Self::Committed => "committed",
            Self::CommitFailed => "commit_failed",
            Self::Restocked => "restocked",
            Self::Returned { .. } => "returned",
        }
    }
}

/// Each level that changed, and behind it the warning where it is low now.
pub fn level_events(changes: &[Change], now: Timestamp) -> Vec<Event> {
    changes
        .iter()
        .flat_map(|change| {
            let level = Event::new(&change.message(), now);
            let warning = change.warning().map(|low| Event::new(&low, now));
            [Some(level), warning].into_iter().flatten().map(|event| event.version(change.level.version))
        })
        .collect()
}
