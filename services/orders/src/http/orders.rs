//! Orders: checkout, history, cancellation.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::orders::Checkout;
use futures::FutureExt;
use kernel::{EventId, OrderId, UserId};
use platform::Problem;
use platform::auth::Principal;
use platform::etag::etag;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::page::PageQuery;
use serde::Deserialize;

use super::fulfilment::destination;
use super::views::{order_view, shown_at};
use super::{by, staff};
use crate::app::App;
use crate::app::place_order::Purchase;

/// Whose orders are listed, other than one's own.
#[derive(Deserialize)]
pub struct Of {
    customer: Option<UserId>,
}

pub async fn place(
    app: Data<App>,
    customer: Principal,
    key: IdempotencyKey,
    checkout: Json<Checkout>,
) -> Result<HttpResponse, Problem> {
    let (user, checkout) = (customer.user_id, checkout.into_inner());
    let attempt = Attempt {
        principal: user,
        route: "POST /api/v1/orders",
        key: &key,
        request_hash: hash_of(&checkout),
    };
    let address = checkout.address.map(|address| destination(address, "address.")).transpose()?;
    let purchase = Purchase {
        cart: checkout.cart_id,
        customer: user,
        expected_total: checkout.expected_total,
        even_if_short: checkout.even_if_short,
        destination: address,
    };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let placed = app.place_order(conn, &purchase).await?;
            let location = format!("/api/v1/orders/{}", placed.order.id);
            Ok(Answer::created(&order_view(&placed), location))
        }
        .boxed()
    })
    .await
}

pub async fn list(
    app: Data<App>,
    person: Principal,
    page: Query<PageQuery<OrderId>>,
    of: Query<Of>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let customer = of.customer.unwrap_or(person.user_id);
    if customer != person.user_id {
        staff(&person)?;
    }
    let orders = app.list_orders(customer, page.after, page.rows()).await?;
    Ok(page.answer(&request, orders.iter().map(order_view).collect(), |order| order.id.to_string()))
}

pub async fn fetch(app: Data<App>, person: Principal, order: Path<OrderId>) -> Result<HttpResponse, Problem> {
    let found = app.find_order(*order, by(&person)).await?;
    let (checkout, address) = found.ok_or_else(Problem::not_found)?;
    let tag = etag(checkout.revision());
    Ok(HttpResponse::Ok().insert_header(tag).json(shown_at(&checkout, address)))
}

pub async fn events(
    app: Data<App>,
    person: Principal,
    order: Path<OrderId>,
    page: Query<PageQuery<EventId>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let told = app.list_events(*order, by(&person), page.after, page.rows()).await?;
    let told = told.ok_or_else(Problem::not_found)?;
    Ok(page.answer(&request, told, |event| event.id.to_string()))
}

pub async fn cancel(
    app: Data<App>,
    customer: Principal,
    key: IdempotencyKey,
    order: Path<OrderId>,
) -> Result<HttpResponse, Problem> {
    let (user, order) = (customer.user_id, *order);
    let attempt = Attempt {
        principal: user,
        route: "POST /api/v1/orders/{order}/cancellations",
        key: &key,
        request_hash: hash_of(&order),
    };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let cancelled = app.cancel_order(conn, order, user).await?;
            Ok(Answer::accepted(&order_view(&cancelled)))
        }
        .boxed()
    })
    .await
}
