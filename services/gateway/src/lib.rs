//! The only door: which request goes where and who may send it; payments go from here to the broker over MQTT.
//!
//! It keeps nothing and decides nothing about the business: each service checks for itself whose object is asked for.

mod app;
mod breaker;
mod http;
mod metrics;
mod mqtt;
mod proxy;
mod routes;
mod upstreams;

use contracts::Role;
use platform::{ConfigError, Context, Module, Service};

use crate::app::Payments;
use crate::proxy::Proxy;
use crate::upstreams::Upstreams;

pub const SERVICE: Service = Service { role: Role::Gateway, migrations: None, contract: None, assemble };

fn assemble(context: &Context) -> Result<Module, ConfigError> {
    let upstreams = Upstreams::from_settings(&context.settings)?;
    let (publisher, connection) = mqtt::connection(&context.settings, context.health.gate("mqtt"))?;
    let payments = Payments { upstreams: upstreams.clone(), publisher, clock: context.clock.clone() };
    let gateway = http::Gateway { proxy: Proxy { upstreams }, payments };
    Ok(Module::default()
        .routes(move |config| http::routes(config, gateway.clone()))
        .task("mqtt", |shutdown| connection.run(shutdown)))
}
