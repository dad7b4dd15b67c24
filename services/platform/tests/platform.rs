//! The platform, proven through a service that writes notes, on a real database and broker.

#[path = "platform/alarm.rs"]
mod alarm;
#[path = "platform/backpressure.rs"]
mod backpressure;
#[path = "platform/database.rs"]
mod database;
#[path = "platform/http.rs"]
mod http;
#[path = "platform/measured.rs"]
mod measured;
#[path = "platform/messages.rs"]
mod messages;
#[path = "platform/notes.rs"]
mod notes;
#[path = "platform/partitions.rs"]
mod partitions;
#[path = "platform/start.rs"]
mod start;
