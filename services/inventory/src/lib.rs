//! Stock: what is on the shelf, what is promised to which order, and the ledger of how it came to be so.
//!
//! Sellers set levels over HTTP, their own systems by signed messages and whole files; the checkout saga of orders reserves, releases, commits and restocks by messages.

mod app;
mod domain;
mod http;
mod messaging;
mod metrics;
mod store;

use std::num::NonZeroU32;
use std::time::Duration;

use chrono::TimeDelta;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::outbound::Outbound;
use platform::{ConfigError, Context, Module, Service};

pub const SERVICE: Service =
    Service { role: Role::Inventory, migrations: Some(|| MIGRATIONS), contract: None, assemble };

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

const HALF_AN_HOUR: NonZeroU32 = NonZeroU32::new(1_800).expect("it is not zero");
const FIVE_MINUTES: NonZeroU32 = NonZeroU32::new(300).expect("it is not zero");

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let seconds = context.settings.parsed_or("RESERVATION_SECONDS", HALF_AN_HOUR)?;
    let check_every = context.settings.parsed_or("LEDGER_CHECK_SECONDS", FIVE_MINUTES)?;
    let (database, clock) = (context.database(), context.clock.clone());
    let state = http::State { database: database.clone(), clock: clock.clone() };
    let outbound = Outbound::from_settings(&context.settings, app::CALL_TIMEOUT)?;
    let erp = app::Erp { database: database.clone(), clock: clock.clone(), outbound };
    let (announcer, importer) = (erp.clone(), (database.clone(), clock.clone()));
    let handler =
        messaging::Inbox { clock: clock.clone(), hold_for: TimeDelta::seconds(seconds.get().into()) };
    let findings = app::Findings::default();
    let found = findings.clone();
    let check = {
        let (database, clock, every) = (database.clone(), clock.clone(), check_every.get().into());
        move |shutdown| app::check_ledger(database, clock, Duration::from_secs(every), findings, shutdown)
    };
    Ok(Module::default()
        .routes(move |config| http::routes(config, state.clone(), erp.clone()))
        .admin_routes(move |config| http::admin_routes(config, found.clone()))
        .handler(handler)
        .partitioned(store::PARTITIONED)
        .task("reservation-expiry", move |shutdown| app::expire_reservations(database, clock, shutdown))
        .task("ledger-check", check)
        .task("erp-announcer", move |shutdown| app::announce_to_erp(announcer, shutdown))
        .task("stock-import", move |shutdown| app::import_stock(importer.0, importer.1, shutdown)))
}
