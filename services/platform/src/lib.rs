//! What each service needs and no service owns: start-up, HTTP, tokens, database, messages, health, traces.
//!
//! Knows contracts and kernel; never a service, and no rule of the business.

pub mod amqp;
pub mod auth;
mod backlog;
pub mod backoff;
pub mod config;
pub mod consumer;
pub mod database;
pub mod etag;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod inbox;
pub mod locks;
pub mod metrics;
pub mod migrate;
pub mod outbound;
pub mod outbox;
pub mod page;
pub mod parked;
pub mod partitions;
pub mod problem;
pub mod relay;
mod runtime;
mod schema;
pub mod service;
pub mod sql;
mod sweep;
pub mod tasks;
pub mod telemetry;
pub mod tls;
pub mod traces;
pub mod webhook;

pub use config::{ConfigError, Settings};
pub use database::{Connection, Database, StoreError};
pub use problem::Problem;
pub use runtime::MainRuntime;
pub use service::{Context, Module, Service};
pub use sql::sql;
