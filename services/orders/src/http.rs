//! `/api/v1/carts` and `/api/v1/orders`.

mod carts;
mod orders;
mod problems;
mod views;

use actix_web::web::{Data, ServiceConfig, delete, get, post, put, resource};

use crate::app::App;

pub fn routes(config: &mut ServiceConfig, app: &App) {
    config
        .app_data(Data::new(app.clone()))
        .service(resource("/api/v1/carts").route(post().to(carts::create)))
        .service(resource("/api/v1/carts/{cart}").route(get().to(carts::fetch)))
        .service(
            resource("/api/v1/carts/{cart}/items/{sku}")
                .route(put().to(carts::put_item))
                .route(delete().to(carts::remove_item)),
        )
        .service(resource("/api/v1/orders").route(post().to(orders::place)).route(get().to(orders::list)))
        .service(resource("/api/v1/orders/{order}").route(get().to(orders::fetch)))
        .service(resource("/api/v1/orders/{order}/events").route(get().to(orders::events)))
        .service(resource("/api/v1/orders/{order}/cancellations").route(post().to(orders::cancel)));
}
