//! `/api/v1/products`: read by everyone, written by sellers.

mod products;

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
        .route("/api/v1/products", web::post().to(products::publish))
        .route("/api/v1/products", web::get().to(products::list))
        .route("/api/v1/products/{id}", web::get().to(products::show))
        .route("/api/v1/products/{id}", web::patch().to(products::change));
}
