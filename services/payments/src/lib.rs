//! Payments: holds, takes and gives back the money of an order, through a provider that may answer late or never.
//!
//! Messages and shoppers only record what is to be done; a worker does it, and asks again until it knows the outcome.
#![expect(dead_code, reason = "the port is agreed on before its users are written")]

mod app;
mod domain;
mod http;
mod messaging;
mod metrics;
mod provider;
mod store;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::{ConfigError, Context, Module, Service};
use tokio::sync::Notify;

pub const SERVICE: Service = Service { role: Role::Payments, migrations: Some(|| MIGRATIONS), assemble };

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let milliseconds = |name, default| context.settings.parsed_or(name, default).map(Duration::from_millis);
    let (database, clock) = (context.database(), context.clock.clone());
    let provider = provider::Simulator {
        database: database.clone(),
        clock: clock.clone(),
        late_by: milliseconds("SIMULATOR_LATE_MS", 3_000)?,
    };
    let wake = Arc::new(Notify::new());
    let worker = worker::Worker {
        database: database.clone(),
        clock: clock.clone(),
        provider: Arc::new(provider),
        answer_within: milliseconds("PROVIDER_TIMEOUT_MS", 5_000)?,
        wake: wake.clone(),
    };
    let shown = web::Data::new(database);
    Ok(Module::default()
        .routes(move |config| {
            config.app_data(shown.clone()).configure(http::routes);
        })
        .handler(messaging::PaymentMessages { clock, wake })
        .task("provider-calls", |shutdown| worker.run(shutdown)))
}
