//! CloudEvents 1.0 in structured mode: the JSON body that every message has, over AMQP and MQTT alike.

use kernel::{EventId, Timestamp};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Role;

/// The content type of every message.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// A message with its CloudEvents attributes; extensions as in the CloudEvents documented ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<D> {
    pub specversion: SpecVersion,
    pub id: EventId,
    /// Who says so: `/shop/<role>`.
    pub source: String,
    /// A past fact or a command, with its version: `stock.reserved.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the aggregate.
    pub subject: String,
    pub time: Timestamp,
    /// What all messages of one story share: the order's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlationid: Option<String>,
    /// The message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causationid: Option<EventId>,
    /// W3C Trace Context: what it was published in, where that is traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Grows with each change of the aggregate; a reader that has seen a later one ignores an earlier one.
    pub aggregateversion: i64,
    pub data: D,
}

/// The only version of CloudEvents there is; anything else does not decode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpecVersion {
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// A fact or a command that one role publishes.
pub trait Message: Serialize + DeserializeOwned + JsonSchema + Send + Sync {
    /// Routing key and CloudEvents type.
    const TYPE: &'static str;
    /// Whose exchange it goes to.
    const FROM: Role;

    /// The aggregate's id: messages of one aggregate keep their order.
    fn subject(&self) -> String;
}

/// A body that is no message which the reader knows: it goes to the parking queue, for trying again can't help.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("not a CloudEvents JSON body")]
    Envelope(#[source] serde_json::Error),
    #[error("the data of {kind} is not as its schema says")]
    Data { kind: String, source: serde_json::Error },
    #[error("nothing here handles {0}")]
    UnknownType(String),
}

impl Envelope<serde_json::Value> {
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(body).map_err(DecodeError::Envelope)
    }

    /// The data as `M`; the caller has looked at `kind`.
    pub fn data_as<M: Message>(&self) -> Result<M, DecodeError> {
        M::deserialize(&self.data).map_err(|source| DecodeError::Data { kind: self.kind.clone(), source })
    }
}

/// An enum of the messages that a consumer takes from one source, with their types as a constant for the Role table.
macro_rules! inbound {
    ($(#[$doc:meta])* $name:ident { $($message:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $($message($message)),+ }

        impl $name {
            pub const TYPES: &'static [&'static str] = &[$(<$message as $crate::Message>::TYPE),+];

            /// `Ok(None)`: of another source.
            pub fn decode(
                envelope: &$crate::Envelope<serde_json::Value>,
            ) -> Result<Option<Self>, $crate::DecodeError> {
                match envelope.kind.as_str() {
                    $(<$message as $crate::Message>::TYPE => envelope.data_as().map(|data| Some(Self::$message(data))),)+
                    _ => Ok(None),
                }
            }
        }
    };
}

/// A message struct: serde, its type, who publishes it, and the field that is its subject.
macro_rules! message {
    ($(#[$doc:meta])* $name:ident = $kind:literal from $role:ident about $subject:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }

        impl $crate::Message for $name {
            const TYPE: &'static str = $kind;
            const FROM: $crate::Role = $crate::Role::$role;

            fn subject(&self) -> String {
                self.$subject.to_string()
            }
        }
    };
}

pub(crate) use {inbound, message};
