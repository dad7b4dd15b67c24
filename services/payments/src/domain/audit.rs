//! The audit trail: what is written down, and how one entry holds the one before it.

use aws_lc_rs::digest::{Context, SHA256};
use contracts::Message;
use contracts::inbound::payments::Commands;
use kernel::{OrderId, Timestamp, UserId};
use serde_json::{Value, json};

use super::{Call, Notice, Operation, Outcome};

/// Something that happened; never a token, never a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub order_id: Option<OrderId>,
    pub kind: &'static str,
    pub actor: Actor,
    pub content: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    Orders,
    /// This service itself.
    Payments,
    Provider(&'static str),
    Person(UserId),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Orders => f.write_str("orders"),
            Self::Payments => f.write_str("payments"),
            Self::Provider(name) => write!(f, "provider {name}"),
            Self::Person(id) => write!(f, "user {id}"),
        }
    }
}

impl Entry {
    pub fn new(order_id: OrderId, kind: &'static str, actor: Actor, content: Value) -> Self {
        Self { order_id: Some(order_id), kind, actor, content }
    }

    pub fn command(command: &Commands) -> Self {
        fn of<M: Message>(order_id: OrderId, message: &M) -> Entry {
            let content = json!({ "type": M::TYPE, "data": message });
            Entry::new(order_id, "command", Actor::Orders, content)
        }
        match command {
            Commands::AuthorizePayment(order) => of(order.order_id, order),
            Commands::VoidPayment(order) => of(order.order_id, order),
            Commands::CapturePayment(order) => of(order.order_id, order),
            Commands::RefundPayment(order) => of(order.order_id, order),
            Commands::RefundPart(order) => of(order.order_id, order),
        }
    }

    /// Before the call: that it was made outlives a crash in the middle of it.
    pub fn call(provider: &'static str, call: &Call, operation: Operation, asks: i32) -> Self {
        let content = json!({ "provider": provider, "key": call.key.as_str(), "operation": operation.name(),
            "amount": call.amount(), "asks": asks });
        Self::new(call.key.order_id(), "call", Actor::Payments, content)
    }

    pub fn answer(by: Actor, call: &Call, operation: Operation, outcome: &Outcome) -> Self {
        let content = json!({ "key": call.key.as_str(), "operation": operation.name(), "amount": call.amount(),
            "outcome": outcome_of(outcome) });
        Self::new(call.key.order_id(), "answer", by, content)
    }

    pub fn notice(provider: &'static str, order_id: Option<OrderId>, notice: &Notice, meant: &str) -> Self {
        let content = json!({ "id": notice.id, "about": notice.about, "at": notice.at, "meant": meant,
            "key": notice.key.as_ref().map(|key| key.as_str()), "news": format!("{:?}", notice.news) });
        Self { order_id, kind: "notice", actor: Actor::Provider(provider), content }
    }
}

fn outcome_of(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Approved { reference, capture_before } => {
            json!({ "approved": { "reference": reference, "capture_before": capture_before } })
        }
        Outcome::Declined { reference, reason } => {
            json!({ "declined": { "reference": reference, "reason": reason } })
        }
        Outcome::Unknown => json!("unknown"),
    }
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub position: i64,
    pub at: Timestamp,
    pub order_id: Option<OrderId>,
    pub kind: String,
    pub actor: String,
    pub content: String,
}

/// A place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub sequence: i64,
    pub hash: Vec<u8>,
}

impl Link {
    /// The place of `entry` behind this one.
    pub fn next(&self, entry: &Kept) -> Self {
        let sequence = self.sequence + 1;
        let mut hash = Context::new(&SHA256);
        let order_id = entry.order_id.map(|id| id.to_string()).unwrap_or_default();
        hash.update(&self.hash);
        hash.update(&sequence.to_be_bytes());
        hash.update(&entry.position.to_be_bytes());
        hash.update(&entry.at.timestamp_micros().to_be_bytes());
        // Each with its length, so that nothing can move from one field into the next.
        for text in [&order_id, &entry.kind, &entry.actor, &entry.content] {
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        Self { sequence, hash: hash.finish().as_ref().to_vec() }
    }
}

/// As it is shown to people.
impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", self.sequence)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
