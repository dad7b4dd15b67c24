//! Orders: carts, orders, the checkout saga, which leads every order to its end, and returns.

mod app;
mod domain;
mod http;
mod messaging;
mod metrics;
pub mod operations;
mod schema;
mod store;
mod timer;

use chrono::TimeDelta;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::partitions::{Key, Partitioned, Retention};
use platform::{ConfigError, Context, Module, Service, Settings};

use crate::app::App;
use crate::domain::saga::Timings;

pub const SERVICE: Service = Service { role: Role::Orders, migrations: Some(|| MIGRATIONS), assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// They go with their orders.
const RETURNS: [Partitioned; 2] = [of_order("return_lines"), of_order("returns")];

const fn of_order(table: &'static str) -> Partitioned {
    Partitioned {
        table,
        key: Key::UuidV7("order_id"),
        retention: Retention::Setting("ORDERS_RETENTION_DAYS", 0),
    }
}

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let app = App {
        database: context.database(),
        clock: context.clock.clone(),
        timings: timings(&context.settings)?,
    };
    let (routes, timer) = (app.clone(), app.clone());
    Ok(Module::default()
        .routes(move |config| http::routes(config, &routes))
        .handler(messaging::Messages(app))
        .partitioned(&RETURNS)
        .task("saga-timer", move |shutdown| timer::run(timer, shutdown)))
}

fn timings(settings: &Settings) -> Result<Timings, ConfigError> {
    Ok(Timings {
        cancellation_window: seconds(settings, "CANCELLATION_WINDOW_SECONDS", 30)?,
        payment_timeout: seconds(settings, "PAYMENT_TIMEOUT_SECONDS", 900)?,
    })
}

fn seconds(settings: &Settings, name: &str, default: u32) -> Result<TimeDelta, ConfigError> {
    settings.parsed_or(name, default).map(|seconds| TimeDelta::seconds(seconds.into()))
}
