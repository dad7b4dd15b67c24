//! `/api/v1/stock`, its imports and sellers' own systems: for the seller who owns the SKU.

mod adjustments;
mod admin;
mod erp;
mod imports;
mod stock;

use actix_web::web::{self, ServiceConfig};
use kernel::Clock;
use platform::Database;

use crate::app::Erp;

pub use admin::routes as admin_routes;

/// What the handlers work with.
#[derive(Clone)]
pub struct State {
    pub database: Database,
    pub clock: Clock,
}

pub fn routes(config: &mut ServiceConfig, state: State, erp: Erp) {
    config
        .app_data(web::Data::new(state))
        .app_data(web::Data::new(erp))
        .route("/api/v1/stock", web::get().to(stock::list))
        .route("/api/v1/stock/{sku}", web::get().to(stock::show))
        .route("/api/v1/stock/{sku}", web::put().to(adjustments::count))
        .route("/api/v1/stock/{sku}/adjustments", web::post().to(adjustments::adjust))
        .route("/api/v1/stock/{sku}/threshold", web::put().to(stock::set_threshold))
        .route("/api/v1/stock/{sku}/movements", web::get().to(stock::movements))
        .route("/api/v1/stock-imports", web::post().to(imports::take))
        .route("/api/v1/stock-imports/{import}", web::get().to(imports::show))
        .route("/api/v1/stock-imports/{import}/errors", web::get().to(imports::errors))
        .route("/api/v1/erp-connections", web::get().to(erp::list))
        .route("/api/v1/erp-connections", web::post().to(erp::connect))
        .route("/api/v1/erp-connections/{connection}", web::delete().to(erp::disconnect))
        .route("/api/v1/erp-connections/{connection}/stock", web::post().to(erp::take_stock))
        .route("/api/v1/erp-connections/{connection}/secrets", web::post().to(erp::change_secret))
        .route("/api/v1/erp-connections/{connection}/pings", web::post().to(erp::ping))
        .route("/api/v1/erp-connections/{connection}/deliveries", web::get().to(erp::deliveries))
        .route(
            "/api/v1/erp-connections/{connection}/deliveries/{delivery}/replays",
            web::post().to(erp::replay),
        );
}
