//! What becomes of the goods: the support team sends them off, and their owner says where to.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use contracts::api::orders::{Address, NewShipment};
use futures::FutureExt;
use kernel::OrderId;
use platform::Problem;
use platform::auth::Principal;
use platform::etag::{IfMatch, etag};
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};

use super::views::{order_view, shown_at};
use super::{by, staff};
use crate::app::App;
use crate::domain::address::{Destination, InvalidField};
use crate::domain::checkout::Checkout;
use crate::domain::fulfilment::Shipment;

const TEXT_MAX: usize = 100;

pub async fn ship(
    app: Data<App>,
    operator: Principal,
    key: IdempotencyKey,
    order: Path<OrderId>,
    shipment: Json<NewShipment>,
) -> Result<HttpResponse, Problem> {
    staff(&operator)?;
    let (order, user, NewShipment { carrier, tracking }) = (*order, operator.user_id, shipment.into_inner());
    let attempt = Attempt {
        principal: user,
        route: "POST /api/v1/orders/{order}/shipments",
        key: &key,
        request_hash: hash_of(&(order, &carrier, &tracking)),
    };
    let (carrier, tracking) = (text("carrier", carrier)?, text("tracking", tracking)?);
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let shipment = |shipped_at| Shipment { carrier, tracking, shipped_at };
            Ok(created(&app.ship_order(conn, order, user, shipment).await?))
        }
        .boxed()
    })
    .await
}

pub async fn deliver(
    app: Data<App>,
    operator: Principal,
    key: IdempotencyKey,
    order: Path<OrderId>,
) -> Result<HttpResponse, Problem> {
    staff(&operator)?;
    let (order, user) = (*order, operator.user_id);
    let attempt = Attempt {
        principal: user,
        route: "POST /api/v1/orders/{order}/deliveries",
        key: &key,
        request_hash: hash_of(&order),
    };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move { Ok(created(&app.deliver_order(conn, order, user).await?)) }.boxed()
    })
    .await
}

pub async fn change_address(
    app: Data<App>,
    person: Principal,
    order: Path<OrderId>,
    seen: IfMatch,
    address: Json<Address>,
) -> Result<HttpResponse, Problem> {
    let destination = destination(address.into_inner(), "")?;
    let changed = app.change_address((*order, by(&person)), &seen, &destination).await?;
    let view = shown_at(&changed, Some(destination.address().clone()));
    Ok(HttpResponse::Ok().insert_header(etag(changed.revision())).json(view))
}

/// `of`: what stands before the fields' names in the request.
pub fn destination(address: Address, of: &str) -> Result<Destination, Problem> {
    let named =
        |problem: Problem, (field, message): InvalidField| problem.field(format!("{of}{field}"), message);
    Destination::parse(address).map_err(|wrong| wrong.into_iter().fold(Problem::invalid(), named))
}

fn created(checkout: &Checkout) -> Answer {
    Answer::created(&order_view(checkout), format!("/api/v1/orders/{}", checkout.order.id))
}

fn text(field: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let fits = |text: &String| text.chars().count() <= TEXT_MAX && !text.contains(char::is_control);
    match text {
        Some(text) if !fits(&text) => Err(Problem::invalid().field(field, "has at most 100 characters")),
        text => Ok(text),
    }
}
