//! `/api/v1/stock`: for the seller who owns the SKU.

mod adjustments;
mod admin;
mod stock;

use actix_web::web::{self, ServiceConfig};
use kernel::Clock;
use platform::Database;

pub use admin::routes as admin_routes;

/// What the handlers work with.
#[derive(Clone)]
pub struct State {
    pub database: Database,
    pub clock: Clock,
}

pub fn routes(config: &mut ServiceConfig, state: State) {
    config
        .app_data(web::Data::new(state))
        .route("/api/v1/stock", web::get().to(stock::list))
        .route("/api/v1/stock/{sku}", web::get().to(stock::show))
        .route("/api/v1/stock/{sku}", web::put().to(adjustments::count))
        .route("/api/v1/stock/{sku}/adjustments", web::post().to(adjustments::adjust))
        .route("/api/v1/stock/{sku}/threshold", web::put().to(stock::set_threshold))
        .route("/api/v1/stock/{sku}/movements", web::get().to(stock::movements));
}
