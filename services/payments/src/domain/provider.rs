//! The port to whoever moves the money: what is asked of it, and what it may answer.

use chrono::TimeDelta;
use contracts::api::payments::{DeclineReason, PaymentToken, TransactionKind};
use futures::future::BoxFuture;
use kernel::{Money, OrderId, ReturnId, Timestamp};

/// A payment provider. Each call carries a key: asked twice under one key it acts once and answers the same.
pub trait Provider: Send + Sync + 'static {
    /// As in the audit trail: `simulator`, `stripe`, `paypal`.
    fn name(&self) -> &'static str;

    fn authorize<'a>(
        &'a self,
        key: &'a Key,
        amount: Money,
        token: &'a PaymentToken,
    ) -> BoxFuture<'a, Outcome>;

    /// Takes what `authorization` holds. Declined with `AuthorizationExpired` where it holds nothing any more.
    fn capture<'a>(&'a self, key: &'a Key, authorization: &'a str, amount: Money) -> BoxFuture<'a, Outcome>;

    /// Lets go of what `authorization` holds. Where nothing is held any more that is approved, for it is done.
    fn void<'a>(&'a self, key: &'a Key, authorization: &'a str) -> BoxFuture<'a, Outcome>;

    /// Gives `amount` of what `capture` took back: all of it or a part, several times.
    fn refund<'a>(&'a self, key: &'a Key, capture: &'a str, amount: Money) -> BoxFuture<'a, Outcome>;

    /// What became of this call; `None`: it never arrived.
    fn find<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Option<Outcome>>;

    /// How late it writes into its books what it has answered.
    fn books_lag(&self) -> TimeDelta {
        TimeDelta::minutes(1)
    }

    /// What its own books say happened after `cursor`, oldest first; from the start without one.
    ///
    /// `None`: it can't be had now, or the provider keeps no list.
    fn transactions_since<'a>(&'a self, cursor: Option<&'a str>) -> BoxFuture<'a, Option<BookPage>> {
        let _ = cursor;
        Box::pin(std::future::ready(None))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Approved {
        reference: String,
        /// Of an authorisation: the provider lets go of it by itself then.
        capture_before: Option<Timestamp>,
    },
    /// For good: under this key it will never happen.
    Declined { reference: String, reason: DeclineReason },
    /// It may have happened or not: only the provider knows, so it is asked again.
    Unknown,
}

/// Some lines of the provider's books.
#[derive(Clone, Debug, PartialEq)]
pub struct BookPage {
    pub entries: Vec<BookEntry>,
    /// Continues after the last of them; kept as it was where there is nothing new.
    pub cursor: Option<String>,
}

/// Money that the provider says it has moved, held or let go; what it refused is not in its books.
#[derive(Clone, Debug, PartialEq)]
pub struct BookEntry {
    pub reference: String,
    pub kind: TransactionKind,
    /// A void moves nothing, so it may have none.
    pub amount: Option<Money>,
    /// Ours, where the provider keeps it.
    pub key: Option<Key>,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Authorize,
    Capture,
    Void,
    Refund,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    pub fn kind(self) -> TransactionKind {
        match self {
            Self::Authorize => TransactionKind::Authorization,
            Self::Capture => TransactionKind::Capture,
            Self::Void => TransactionKind::Void,
            Self::Refund => TransactionKind::Refund,
        }
    }
}

/// The idempotency key: order, operation and attempt. Every replica makes the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    pub fn new(order_id: OrderId, operation: Operation, attempt: i32) -> Self {
        Self(format!("{order_id}:{}:{attempt}", operation.name()))
    }

    /// A part is asked for once: its refusal is final.
    pub fn of_part(order_id: OrderId, return_id: ReturnId) -> Self {
        Self(format!("{order_id}:refund:{return_id}"))
    }

    /// As a provider gives it back; `None` where it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let key = Self(text.to_owned());
        key.order().map(|_| key)
    }

    pub fn order_id(&self) -> OrderId {
        self.order().expect("a key begins with its order")
    }

    fn order(&self) -> Option<OrderId> {
        self.0.split(':').next()?.parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One call with all that it needs.
#[derive(Clone, Debug)]
pub struct Call {
    pub key: Key,
    pub work: Work,
}

#[derive(Clone, Debug)]
pub enum Work {
    Authorize { token: PaymentToken, amount: Money },
    Capture { authorization: String, amount: Money },
    Void { authorization: String },
    Refund { capture: String, amount: Money },
}

impl Call {
    /// `None`: a void, which moves nothing.
    pub fn amount(&self) -> Option<Money> {
        match &self.work {
            Work::Authorize { amount, .. } | Work::Capture { amount, .. } | Work::Refund { amount, .. } => {
                Some(*amount)
            }
            Work::Void { .. } => None,
        }
    }

    pub async fn place(&self, provider: &dyn Provider) -> Outcome {
        match &self.work {
            Work::Authorize { token, amount } => provider.authorize(&self.key, *amount, token).await,
            Work::Capture { authorization, amount } => {
                provider.capture(&self.key, authorization, *amount).await
            }
            Work::Void { authorization } => provider.void(&self.key, authorization).await,
            Work::Refund { capture, amount } => provider.refund(&self.key, capture, *amount).await,
        }
    }

    /// What became of it if it was placed before; places it if it never arrived.
    pub async fn find_or_place(&self, provider: &dyn Provider) -> Outcome {
        match provider.find(self).await {
            Some(outcome) => outcome,
            None => self.place(provider).await,
        }
    }
}
