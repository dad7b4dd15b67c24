//! The web shop's pages: HTML that is the same for everybody, and the scripts that fill it from the API.
//!
//! Knows no database, no token and no other service: the browser talks to the gateway.

mod assets;
mod pages;

use actix_web::guard::{Any, Get, Head};
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, Responder, Route};
use contracts::Role;
use platform::{ConfigError, Context, Module, Service};
use tracing::warn;

pub const SERVICE: Service = Service { role: Role::Storefront, migrations: None, contract: None, assemble };

fn assemble(_: &Context) -> Result<Module, ConfigError> {
    if !assets::complete() {
        warn!(
            "Bootstrap is not compiled in, the pages will be bare: run services/storefront/fetch-assets and build again"
        );
    }
    Ok(Module::default().routes(routes))
}

fn routes(config: &mut ServiceConfig) {
    config
        .service(web::scope("/assets").wrap(Compress::default()).route("/{path:.*}", page(assets::asset)))
        .route("/", page(pages::products))
        .route("/cart", page(pages::cart))
        .route("/checkout/{order_id}", page(pages::checkout))
        .route("/orders/{order_id}", page(pages::order))
        .route("/login", page(pages::login))
        .route("/{unknown:.*}", web::to(pages::not_found));
}

/// A page is there for GET and, without its content, for HEAD.
fn page<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route().guard(Any(Get()).or(Head())).to(handler)
}
