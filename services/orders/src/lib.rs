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
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kernel::Clock;
use platform::partitions::{Key, Partitioned, Retention};
use platform::{ConfigError, Context, Database, Module, Service, Settings};

use crate::app::App;
use crate::domain::address::Regions;
use crate::domain::saga::Timings;

pub const SERVICE: Service =
    Service { role: Role::Orders, migrations: Some(|| MIGRATIONS), contract: None, assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// An order goes with all that belongs to it.
const PARTITIONED: [Partitioned; 7] = [
    of_order("return_lines", "order_id"),
    of_order("returns", "order_id"),
    of_order("order_lines", "order_id"),
    of_order("order_events", "order_id"),
    of_order("addresses", "order_id"),
    of_order("sagas", "order_id"),
    of_order("orders", "id"),
];

const fn of_order(table: &'static str, key: &'static str) -> Partitioned {
    Partitioned { table, key: Key::UuidV7(key), retention: Retention::Setting("ORDERS_RETENTION_DAYS", 0) }
}

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let app = app(&context.settings, context.database(), context.clock.clone())?;
    let every = Duration::from_secs(context.settings.parsed_or("CART_UPKEEP_SECONDS", 3600)?);
    metrics::begin();
    let (routes, timer, upkeep) = (app.clone(), app.clone(), app.clone());
    Ok(Module::default()
        .routes(move |config| http::routes(config, &routes))
        .handler(messaging::Messages(app))
        .partitioned(&PARTITIONED)
        .task("saga-timer", move |shutdown| timer::run(timer, shutdown))
        .task("cart-upkeep", move |shutdown| upkeep::run(upkeep, every, shutdown)))
}

fn app(settings: &Settings, database: Database, clock: Clock) -> Result<App, ConfigError> {
    let timings = Timings {
        cancellation_window: seconds(settings, "CANCELLATION_WINDOW_SECONDS", 30)?,
        payment_timeout: seconds(settings, "PAYMENT_TIMEOUT_SECONDS", 900)?,
    };
    let regions = Arc::new(settings.parsed_or("REGIONS", Regions::default())?);
    Ok(App { database, clock, timings, regions })
}

fn seconds(settings: &Settings, name: &str, default: u32) -> Result<TimeDelta, ConfigError> {
    settings.parsed_or(name, default).map(|seconds| TimeDelta::seconds(seconds.into()))
}
