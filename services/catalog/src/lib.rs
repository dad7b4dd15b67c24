//! Products and their availability: sellers publish, everyone lists and reads. How much is there, inventory says.

mod app;
mod domain;
mod http;
mod messaging;
mod store;

use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::{ConfigError, Context, Module, Service};

pub const SERVICE: Service =
    Service { role: Role::Catalog, migrations: Some(|| MIGRATIONS), contract: None, assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let state = http::State { database: context.database(), clock: context.clock.clone() };
    Ok(Module::default()
        .routes(move |config| http::routes(config, state.clone()))
        .handler(messaging::AvailabilityReader))
}
