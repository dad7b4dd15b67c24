//! Payments: holds, takes and gives back the money of an order, through a provider that may answer late or never.
//!
//! Messages and shoppers only record what is to be done; a worker does it, and asks again until it knows the outcome.

mod app;
pub mod audit;
mod domain;
mod events;
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

pub const SERVICE: Service =
    Service { role: Role::Payments, migrations: Some(|| MIGRATIONS), contract: None, assemble };

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
    let answer_within = milliseconds("PROVIDER_TIMEOUT_MS", 5_000)?;
    let chosen = provider::Chosen::from_context(context, answer_within)?;
    let (wake, arrived) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let worker = worker::Worker {
        database: database.clone(),
        clock: clock.clone(),
        provider: chosen.provider.clone(),
        answer_within,
        wake: wake.clone(),
    };
    let reconciler = app::Reconciler {
        database: database.clone(),
        clock: clock.clone(),
        provider: chosen.provider.clone(),
        every: milliseconds("RECONCILIATION_INTERVAL_MS", 300_000)?,
        grace: TimeDelta::seconds(context.settings.parsed_or("RECONCILIATION_GRACE_S", 900_u32)?.into()),
        answer_within,
    };
    let seal_every = milliseconds("AUDIT_SEAL_MS", 1_000)?;
    let desk = http::Desk { database: database.clone(), clock: clock.clone(), wake: wake.clone() };
    let wallet = app::Wallet { database: database.clone(), clock: clock.clone(), chosen: chosen.clone() };
    let door = http::Door {
        database: database.clone(),
        clock: clock.clone(),
        chosen: chosen.clone(),
        wake: arrived.clone(),
    };
    let (desk, wallet, door) = (web::Data::new(desk), web::Data::new(wallet), web::Data::new(door));
    let sealed = database.clone();
    let module = Module::default()
        .partitioned(PARTITIONED)
        .routes(move |config| {
            config.app_data(desk.clone()).app_data(wallet.clone()).app_data(door.clone());
            http::routes(config);
        })
        .handler(messaging::PaymentMessages { clock: clock.clone(), wake: wake.clone() })
        .task("provider-calls", |shutdown| worker.run(shutdown))
        .task("audit-sealer", move |shutdown| upkeep::seal(sealed, seal_every, shutdown))
        .task("reconciliation", |shutdown| upkeep::reconcile(reconciler, shutdown));
    let provider = chosen.provider.name();
    Ok(match chosen.news {
        provider::Source::Simulator(simulator) => {
            module.task("simulator-notices", |shutdown| simulator.tell(shutdown))
        }
        provider::Source::Webhooks(webhooks) => {
            let reader = app::EventReader { database, clock, provider, webhooks };
            module.task("provider-events", move |shutdown| events::run(reader, arrived, wake, shutdown))
        }
    })
}
