//! Payments: holds, takes and gives back the money of an order, through a provider that may answer late or never.
//!
//! Messages and shoppers only record what is to be done; a worker does it, and asks again until it knows the outcome.

mod app;
pub mod audit;
mod domain;
mod http;
mod messaging;
mod metrics;
mod provider;
mod store;
mod upkeep;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chrono::TimeDelta;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::partitions::{Key, Partitioned, Retention};
use platform::{ConfigError, Context, Module, Service};
use tokio::sync::Notify;

pub const SERVICE: Service = Service { role: Role::Payments, migrations: Some(|| MIGRATIONS), assemble };

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// What is written down for good, and the longest.
const PARTITIONED: &[Partitioned] = &[
    Partitioned { table: "transactions", key: Key::UuidV7("payment_id"), retention: Retention::Forever },
    Partitioned {
        table: "audit_trail",
        key: Key::Time("at"),
        retention: Retention::Setting("AUDIT_RETENTION_DAYS", 0),
    },
];

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let milliseconds = |name, default| context.settings.parsed_or(name, default).map(Duration::from_millis);
    let (database, clock) = (context.database(), context.clock.clone());
    let simulator = provider::Simulator {
        database: database.clone(),
        clock: clock.clone(),
        late_by: milliseconds("SIMULATOR_LATE_MS", 3_000)?,
    };
    let provider: Arc<dyn domain::Provider> = Arc::new(simulator.clone());
    let wake = Arc::new(Notify::new());
    let answer_within = milliseconds("PROVIDER_TIMEOUT_MS", 5_000)?;
    let worker = worker::Worker {
        database: database.clone(),
        clock: clock.clone(),
        provider: provider.clone(),
        answer_within,
        wake: wake.clone(),
    };
    let reconciler = app::Reconciler {
        database: database.clone(),
        clock: clock.clone(),
        provider,
        every: milliseconds("RECONCILIATION_INTERVAL_MS", 300_000)?,
        grace: TimeDelta::seconds(context.settings.parsed_or("RECONCILIATION_GRACE_S", 900_u32)?.into()),
        answer_within,
    };
    let seal_every = milliseconds("AUDIT_SEAL_MS", 1_000)?;
    let desk = http::Desk { database: database.clone(), clock: clock.clone(), wake: wake.clone() };
    let desk = web::Data::new(desk);
    Ok(Module::default()
        .partitioned(PARTITIONED)
        .routes(move |config| {
            config.app_data(desk.clone()).configure(http::routes);
        })
        .handler(messaging::PaymentMessages { clock, wake })
        .task("provider-calls", |shutdown| worker.run(shutdown))
        .task("simulator-notices", |shutdown| simulator.tell(shutdown))
        .task("audit-sealer", move |shutdown| upkeep::seal(database, seal_every, shutdown))
        .task("reconciliation", |shutdown| upkeep::reconcile(reconciler, shutdown)))
}
