//! Payments through its messages and its HTTP, on real Postgres and RabbitMQ.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "payments/audit.rs"]
mod audit;
#[path = "payments/authorization.rs"]
mod authorization;
#[path = "payments/capture.rs"]
mod capture;
#[path = "payments/chargebacks.rs"]
mod chargebacks;
#[path = "payments/crash.rs"]
mod crash;
#[path = "payments/invoices.rs"]
mod invoices;
#[path = "payments/load.rs"]
mod load;
#[path = "payments/methods.rs"]
mod methods;
#[path = "payments/providers.rs"]
mod providers;
#[path = "payments/reconciliation.rs"]
mod reconciliation;
#[path = "payments/refunds.rs"]
mod refunds;
#[path = "payments/schema.rs"]
mod schema;
#[path = "payments/settings.rs"]
mod settings;
#[path = "payments/shop.rs"]
mod shop;
#[path = "payments/undo.rs"]
mod undo;
#[path = "payments/unknown.rs"]
mod unknown;
#[path = "payments/view.rs"]
mod view;
#[path = "payments/webhooks.rs"]
mod webhooks;
