//! Payments through its messages and its HTTP, on real Postgres and RabbitMQ.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "payments/authorization.rs"]
mod authorization;
#[path = "payments/capture.rs"]
mod capture;
#[path = "payments/crash.rs"]
mod crash;
#[path = "payments/schema.rs"]
mod schema;
#[path = "payments/shop.rs"]
mod shop;
#[path = "payments/undo.rs"]
mod undo;
#[path = "payments/view.rs"]
mod view;
