//! What a provider tells us unasked.

use futures::future::BoxFuture;
use kernel::Timestamp;
use serde_json::Value;

use crate::domain::Notice;

/// Of an event that is what it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The provider's own id: what comes twice under one id is one event.
    pub id: String,
    pub kind: String,
}

/// Why an event is not taken. Nothing of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Not signed, or not by the provider.
    Signature,
    /// Signed too long ago, or in the future: somebody sends it again.
    TooOld,
    /// Signed, and no event.
    Malformed,
    /// Whether it is signed can't be found out now.
    Unverifiable,
}

/// A body of a kind that we know, which is not as we know it.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the event is not as its type says: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("the event's amount can't be read")]
    Amount,
}

pub trait Webhooks: Send + Sync + 'static {
    /// `header` gives a header's value by its name in lower case.
    fn check<'a>(
        &'a self,
        header: &'a (dyn Fn(&str) -> Option<&'a str> + 'a),
        body: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Received, Rejected>>;

    /// What it means for us; `None`: nothing.
    fn notice(&self, event: &Value) -> Result<Option<Notice>, Unreadable>;
}
