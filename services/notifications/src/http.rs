//! `/api/v1`: what a person was told, and how they want to be told; on the administration port what was not sent.

mod history;
mod preferences;
mod sink;
mod subscriptions;

use actix_web::web::{self, ServiceConfig};

pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/api/v1/notifications", web::get().to(history::list))
        .service(
            web::resource("/api/v1/notification-preferences").get(preferences::show).put(preferences::change),
        )
        .service(
            web::resource("/api/v1/push-subscriptions").get(subscriptions::list).post(subscriptions::create),
        )
        .route("/api/v1/push-subscriptions/{subscription}", web::delete().to(subscriptions::delete))
        .route("/api/v1/push-key", web::get().to(subscriptions::key));
}

/// Never behind the ingress: whoever reads them reads everybody's.
pub fn sink_routes(config: &mut ServiceConfig) {
    config.route("/sink", web::get().to(sink::list)).route("/sink/{position}", web::get().to(sink::show));
}
