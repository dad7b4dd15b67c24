//! How messages leave the shop: one small interface, and what stands behind it.

mod answer;
pub mod email;
pub mod push;
pub mod sink;
pub mod sms;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contracts::api::notifications::Channel;
use futures::future::BoxFuture;
use kernel::NotificationId;
use uuid::Uuid;

use crate::render::Message;

/// Takes a message to its recipient. It may be asked twice with one id when a worker died: where the other side can
/// tell, it is told the id.
pub trait Courier: Send + Sync {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Receipt>;
}

pub type Couriers = BTreeMap<Channel, Arc<dyn Courier>>;

pub struct Parcel {
    pub id: NotificationId,
    pub recipient: Recipient,
    pub message: Message,
}

/// Where to. Not printed: it is somebody's.
#[derive(Clone, PartialEq)]
pub enum Recipient {
    Email { name: String, address: String },
    Sms { phone: String },
    WebPush { browsers: Vec<Browser> },
}

/// A browser that has subscribed.
#[derive(Clone, PartialEq)]
pub struct Browser {
    pub id: Uuid,
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Sent,
    /// May work later; the other side may have said when.
    Later {
        reason: String,
        after: Option<Duration>,
    },
    /// Trying again can't help. Reasons hold nobody's address.
    Never {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    pub outcome: Outcome,
    /// Browsers that are not there any more.
    pub gone: Vec<Uuid>,
}

impl From<Outcome> for Receipt {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, gone: Vec::new() }
    }
}

impl Outcome {
    pub fn later(reason: impl Into<String>) -> Self {
        Self::Later { reason: reason.into(), after: None }
    }

    pub fn never(reason: impl Into<String>) -> Self {
        Self::Never { reason: reason.into() }
    }

    /// The courier was given what is another channel's: a defect, which no retry mends.
    fn misdirected() -> Self {
        Self::never("was given to the wrong channel")
    }
}
