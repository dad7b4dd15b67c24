//! `/api/v1/users`, `/api/v1/sessions` and the public keys: parse, call the use case, show.

mod problems;
mod sessions;
mod users;

use actix_web::web::{self, ServiceConfig};

use crate::app::Users;

pub fn routes(config: &mut ServiceConfig, users: &Users) {
    config
        .app_data(web::Data::new(users.clone()))
        .route("/api/v1/users", web::post().to(users::register))
        .route("/api/v1/users/me", web::get().to(users::me))
        .route("/api/v1/sessions", web::post().to(sessions::log_in))
        .route("/.well-known/jwks.json", web::get().to(sessions::public_keys));
}
