//! Orders: checkout, history, cancellation.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::orders::{Checkout, OrderView};
use futures::FutureExt;
use kernel::{EventId, OrderId};
use platform::Problem;
use platform::auth::Principal;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::page::PageQuery;

use super::by;
use super::views::order_view;
use crate::app::App;

pub async fn place(
    app: Data<App>,
    customer: Principal,
    key: IdempotencyKey,
    checkout: Json<Checkout>,
) -> Result<HttpResponse, Problem> {
    let (user, cart) = (customer.user_id, checkout.cart_id);
    let attempt = Attempt {
        principal: user,
        route: "POST /api/v1/orders",
        key: &key,
        request_hash: hash_of(&*checkout),
    };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let placed = app.place_order(conn, cart, user).await?;
            let location = format!("/api/v1/orders/{}", placed.order.id);
            Ok(Answer::created(&order_view(&placed), location))
        }
        .boxed()
    })
    .await
}

pub async fn list(
    app: Data<App>,
    customer: Principal,
    page: Query<PageQuery<OrderId>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let own = app.list_orders(customer.user_id, page.after, page.rows()).await?;
    Ok(page.answer(&request, own.iter().map(order_view).collect(), |order| order.id.to_string()))
}

pub async fn fetch(
    app: Data<App>,
    customer: Principal,
    order: Path<OrderId>,
) -> Result<Json<OrderView>, Problem> {
    let found = app.find_order(*order, customer.user_id).await?;
    found.map(|checkout| Json(order_view(&checkout))).ok_or_else(Problem::not_found)
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
