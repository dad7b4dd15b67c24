//! The platform, proven through a service that writes notes, on a real database and broker.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "platform/alarm.rs"]
mod alarm;
#[path = "platform/backpressure.rs"]
mod backpressure;
#[path = "platform/database.rs"]
mod database;
#[path = "platform/deaf.rs"]
mod deaf;
#[path = "platform/http.rs"]
mod http;
#[path = "platform/measured.rs"]
mod measured;
#[path = "platform/messages.rs"]
mod messages;
#[path = "platform/mtls.rs"]
mod mtls;
#[path = "platform/notes.rs"]
mod notes;
#[path = "platform/partitions.rs"]
mod partitions;
#[path = "platform/rotation.rs"]
mod rotation;
#[path = "platform/servers.rs"]
mod servers;
#[path = "platform/start.rs"]
mod start;
