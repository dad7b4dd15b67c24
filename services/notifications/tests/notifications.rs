//! Notifications through its messages and its HTTP, on real Postgres and RabbitMQ, with real SMTP and HTTP servers.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "notifications/email.rs"]
mod email;
#[path = "notifications/failures.rs"]
mod failures;
#[path = "notifications/history.rs"]
mod history;
#[path = "notifications/load.rs"]
mod load;
#[path = "notifications/mail_server.rs"]
mod mail_server;
#[path = "notifications/once.rs"]
mod once;
#[path = "notifications/people.rs"]
mod people;
#[path = "notifications/preferences.rs"]
mod preferences;
#[path = "notifications/push.rs"]
mod push;
#[path = "notifications/schema.rs"]
mod schema;
#[path = "notifications/settings.rs"]
mod settings;
#[path = "notifications/sink.rs"]
mod sink;
#[path = "notifications/sms.rs"]
mod sms;
#[path = "notifications/waiting.rs"]
mod waiting;
