//! The port to whoever moves the money: what is asked of it, and what it may answer.

use contracts::api::payments::{DeclineReason, PaymentToken, TransactionKind};
use futures::future::BoxFuture;
use kernel::{Money, OrderId};

/// A payment provider. Each call carries a key: asked twice under one key it acts once and answers the same.
pub trait Provider: Send + Sync + 'static {
    fn authorize<'a>(
        &'a self,
        key: &'a Key,
        amount: Money,
        token: &'a PaymentToken,
    ) -> BoxFuture<'a, Outcome>;

    /// Takes what `authorization` holds.
    fn capture<'a>(&'a self, key: &'a Key, authorization: &'a str, amount: Money) -> BoxFuture<'a, Outcome>;

    /// Lets go of what `authorization` holds.
    fn void<'a>(&'a self, key: &'a Key, authorization: &'a str) -> BoxFuture<'a, Outcome>;

    /// Gives back what `capture` took.
    fn refund<'a>(&'a self, key: &'a Key, capture: &'a str, amount: Money) -> BoxFuture<'a, Outcome>;

    /// What became of the call under this key; `None`: it never arrived.
    fn find<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Option<Outcome>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Approved {
        reference: String,
    },
    Declined {
        reference: String,
        reason: DeclineReason,
    },
    /// It may have happened or not: only the provider knows, so it is asked again.
    Unknown,
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
        match provider.find(&self.key).await {
            Some(outcome) => outcome,
            None => self.place(provider).await,
        }
    }
}
