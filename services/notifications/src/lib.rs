//! Notifications.

use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::{ConfigError, Context, Module, Service};

pub const SERVICE: Service = Service { role: Role::Notifications, migrations: Some(|| MIGRATIONS), assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

fn assemble(_: &Context) -> Result<Module, ConfigError> {
    Ok(Module::default())
}
