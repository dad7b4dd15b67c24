//! `/api/v1/stock/{sku}`: for the seller who owns the SKU.

mod stock;

use actix_web::web::{self, ServiceConfig};
use kernel::Clock;
use platform::Database;

/// What the handlers work with.
#[derive(Clone)]
pub struct State {
    pub database: Database,
    pub clock: Clock,
}

pub fn routes(config: &mut ServiceConfig, state: State) {
    config
        .app_data(web::Data::new(state))
        .route("/api/v1/stock/{sku}", web::put().to(stock::set))
        .route("/api/v1/stock/{sku}", web::get().to(stock::show));
}
