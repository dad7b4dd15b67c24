//! Notifications: tells people by e-mail, SMS and web push what has become of their orders.
//!
//! Events only write down what is to be told; workers send it, each channel on its own. Nothing waits for this service.

mod app;
mod channel;
mod config;
mod domain;
mod http;
mod messaging;
mod metrics;
mod render;
mod store;
mod worker;

use actix_web::web;
use contracts::Role;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use platform::partitions::{Key, Partitioned, Retention};
use platform::{ConfigError, Context, Module, Service};

use app::{App, Dispatcher, ShopChannels, Upkeep};
use config::Config;
use worker::{Releaser, Wake, Worker};

pub const SERVICE: Service =
    Service { role: Role::Notifications, migrations: Some(|| MIGRATIONS), contract: None, assemble };

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Who reads it after three months asks the order, which is kept.
const TABLES: &[Partitioned] = &[Partitioned {
    table: "notifications",
    key: Key::UuidV7("id"),
    retention: Retention::Setting("NOTIFICATIONS_RETENTION_DAYS", 90),
}];

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let config = Config::from_context(context)?;
    let (database, clock) = (context.database(), context.clock.clone());
    let channels = ShopChannels(config.couriers.keys().copied().collect());
    let app = App {
        database: database.clone(),
        clock: clock.clone(),
        outbound: config.outbound,
        push_key: config.push_key,
    };
    let mut module = Module::default().partitioned(TABLES).routes(move |routes| {
        routes.app_data(web::Data::new(app.clone())).configure(http::routes);
    });
    if config.sink {
        let database = database.clone();
        module = module.admin_routes(move |routes| {
            routes.app_data(web::Data::new(database.clone())).configure(http::sink_routes);
        });
    }
    let mut wake = Wake::default();
    for (channel, courier) in config.couriers {
        let (database, clock) = (database.clone(), clock.clone());
        let (shop, send_within) = (config.shop.clone(), config.send_within);
        let dispatcher = Dispatcher { database, clock, courier, shop, send_within };
        let worker = Worker { channel, dispatcher, wake: wake.add() };
        module = module.task(channel.name(), |shutdown| worker.run(shutdown));
    }
    let workers = wake.clone();
    let releaser = Releaser {
        database: database.clone(),
        clock: clock.clone(),
        channels: channels.clone(),
        wake: wake.add(),
        workers,
    };
    let keep_keys =
        (config.retention_days > 0).then(|| chrono::TimeDelta::days(config.retention_days.into()));
    let upkeep = Upkeep { database, clock: clock.clone(), keep_keys };
    Ok(module
        .handler(messaging::Messages { clock, channels, wake })
        .task("waiting-news", |shutdown| releaser.run(shutdown))
        .task("notifications-upkeep", |shutdown| upkeep.run(shutdown)))
}
