//! `/api/v1/carts`, `/api/v1/orders`, `/api/v1/returns` and `/api/v1/sagas`.

mod carts;
mod fulfilment;
mod orders;
mod problems;
mod returns;
mod sagas;
mod shopper;
mod views;

use actix_web::web::{Data, ServiceConfig, delete, get, post, put, resource};

use contracts::api::users::UserRole;
use platform::Problem;
use platform::auth::Principal;

use crate::app::{App, By};
use crate::domain::action::parse_text;

pub fn routes(config: &mut ServiceConfig, app: &App) {
    config
        .app_data(Data::new(app.clone()))
        .service(resource("/api/v1/carts").route(post().to(carts::create)))
        .service(resource("/api/v1/carts/current").route(get().to(carts::fetch_open)))
        .service(resource("/api/v1/carts/{cart}").route(get().to(carts::fetch)))
        .service(
            resource("/api/v1/carts/{cart}/items/{sku}")
                .route(put().to(carts::put_item))
                .route(delete().to(carts::remove_item)),
        )
        .service(resource("/api/v1/carts/{cart}/acknowledgements").route(post().to(carts::acknowledge)))
        .service(resource("/api/v1/carts/{cart}/merges").route(post().to(carts::merge)))
        .service(resource("/api/v1/orders").route(post().to(orders::place)).route(get().to(orders::list)))
        .service(resource("/api/v1/orders/{order}").route(get().to(orders::fetch)))
        .service(resource("/api/v1/orders/{order}/events").route(get().to(orders::events)))
        .service(resource("/api/v1/orders/{order}/address").route(put().to(fulfilment::change_address)))
        .service(resource("/api/v1/orders/{order}/shipments").route(post().to(fulfilment::ship)))
        .service(resource("/api/v1/orders/{order}/deliveries").route(post().to(fulfilment::deliver)))
        .service(resource("/api/v1/orders/{order}/cancellations").route(post().to(orders::cancel)))
        .service(
            resource("/api/v1/orders/{order}/returns")
                .route(post().to(returns::request))
                .route(get().to(returns::list)),
        )
        .service(resource("/api/v1/returns/{id}").route(get().to(returns::fetch)))
        .service(resource("/api/v1/returns/{id}/approvals").route(post().to(returns::approve)))
        .service(resource("/api/v1/returns/{id}/refusals").route(post().to(returns::refuse)))
        .service(resource("/api/v1/returns/{id}/receipts").route(post().to(returns::receive)))
        .service(resource("/api/v1/returns/{id}/withdrawals").route(post().to(returns::withdraw)))
        .service(resource("/api/v1/sagas").route(get().to(sagas::list)))
        .service(resource("/api/v1/sagas/{order}").route(get().to(sagas::fetch)))
        .service(resource("/api/v1/sagas/{order}/retries").route(post().to(sagas::retry)))
        .service(resource("/api/v1/sagas/{order}/abandonments").route(post().to(sagas::abandon)));
}

/// The shop's own people: the support team and the administrators.
fn staff(person: &Principal) -> Result<(), Problem> {
    person.require(UserRole::Admin).or_else(|_| person.require(UserRole::Support))
}

fn by(person: &Principal) -> By {
    match staff(person) {
        Ok(()) => By::Staff(person.user_id),
        Err(_) => By::Customer(person.user_id),
    }
}

fn text(field: &'static str, given: &str) -> Result<String, Problem> {
    parse_text(given).map_err(|wrong| Problem::invalid().field(field, wrong))
}
