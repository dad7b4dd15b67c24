//! Orders: carts, orders and the checkout saga, which leads every order to its end.

mod app;
mod domain;
mod http;
mod messaging;
mod metrics;
mod schema;
mod store;
mod timer;

use chrono::TimeDelta;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::{ConfigError, Context, Module, Service, Settings};

use crate::app::App;
use crate::domain::saga::Timings;

pub const SERVICE: Service = Service { role: Role::Orders, migrations: Some(|| MIGRATIONS), assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let timings = Timings {
        cancellation_window: seconds(&context.settings, "CANCELLATION_WINDOW_SECONDS", 30)?,
        payment_timeout: seconds(&context.settings, "PAYMENT_TIMEOUT_SECONDS", 900)?,
    };
    let app = App { database: context.database(), clock: context.clock.clone(), timings };
    let (routes, timer) = (app.clone(), app.clone());
    Ok(Module::default()
        .routes(move |config| http::routes(config, &routes))
        .handler(messaging::Messages(app))
        .task("saga-timer", move |shutdown| timer::run(timer, shutdown)))
}

fn seconds(settings: &Settings, name: &str, default: u32) -> Result<TimeDelta, ConfigError> {
    settings.parsed_or(name, default).map(|seconds| TimeDelta::seconds(seconds.into()))
}
