//! The routes of payments: what customers see and save, what staff see to, and what the provider sends.

mod methods;
mod payments;
mod staff;
mod webhooks;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use kernel::Clock;
use platform::Database;
use tokio::sync::Notify;

pub use self::webhooks::Door;

/// What the routes need.
pub struct Desk {
    pub database: Database,
    pub clock: Clock,
    /// Of the worker in this process.
    pub wake: Arc<Notify>,
}

pub fn routes(config: &mut ServiceConfig) {
    config
        // Before the orders' own, for these are no ids.
        .route("/api/v1/payments/unresolved", web::get().to(staff::unresolved))
        .route("/api/v1/payments/differences", web::get().to(staff::differences))
        .route("/api/v1/payments/{order_id}", web::get().to(payments::show))
        .route("/api/v1/payments/{order_id}/invoice", web::get().to(payments::invoice))
        .route("/api/v1/payments/{order_id}/resolutions", web::post().to(staff::resolve))
        .configure(methods::routes)
        .configure(webhooks::routes);
}
