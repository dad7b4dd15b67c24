//! All that crosses a process border: the Role table, metrics that roles are scaled by, messages on the bus, the broker's topology, HTTP bodies.
//!
//! Types and constants only. What a service does with them is the service's own.

pub mod api;
pub mod envelope;
pub mod identity;
pub mod inbound;
pub mod load;
pub mod messages;
pub mod role;
pub mod schema;
pub mod topology;

pub use envelope::{DecodeError, Envelope, Message};
pub use load::Load;
pub use role::Role;
