//! Returns: customers ask for them, the support team decides.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use contracts::api::returns::{Refusal, ReturnRequest, ReturnView};
use futures::FutureExt;
use kernel::{OrderId, ReturnId};
use platform::Problem;
use platform::auth::Principal;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};

use super::views::return_view;
use super::{by, staff, text};
use crate::app::returns::Deed;
use crate::app::{App, By};
use crate::domain::returns::{Pieces, Requested};

pub async fn request(
    app: Data<App>,
    customer: Principal,
    key: IdempotencyKey,
    order: Path<OrderId>,
    wanted: Json<ReturnRequest>,
) -> Result<HttpResponse, Problem> {
    let (user, order, wanted) = (customer.user_id, *order, wanted.into_inner());
    let attempt = Attempt {
        principal: user,
        route: "POST /api/v1/orders/{order}/returns",
        key: &key,
        request_hash: hash_of(&(order, &wanted)),
    };
    let reason = text("reason", &wanted.reason)?;
    let lines = wanted.lines.into_iter().map(|line| Pieces { sku: line.sku, quantity: line.quantity });
    let requested = Requested { lines: lines.collect(), reason };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let made = app.request_return(conn, order, user, requested).await?;
            Ok(Answer::created(&return_view(&made), format!("/api/v1/returns/{}", made.id)))
        }
        .boxed()
    })
    .await
}

pub async fn list(
    app: Data<App>,
    person: Principal,
    order: Path<OrderId>,
) -> Result<Json<Vec<ReturnView>>, Problem> {
    let found = app.list_returns(*order, by(&person)).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(found.iter().map(return_view).collect()))
}

pub async fn fetch(
    app: Data<App>,
    person: Principal,
    id: Path<ReturnId>,
) -> Result<Json<ReturnView>, Problem> {
    let found = app.find_return(*id, by(&person)).await?;
    found.map(|item| Json(return_view(&item))).ok_or_else(Problem::not_found)
}

pub async fn approve(
    app: Data<App>,
    person: Principal,
    key: IdempotencyKey,
    id: Path<ReturnId>,
) -> Result<HttpResponse, Problem> {
    staff(&person)?;
    act(app, by(&person), &key, "POST /api/v1/returns/{id}/approvals", *id, Deed::Approve).await
}

pub async fn refuse(
    app: Data<App>,
    person: Principal,
    key: IdempotencyKey,
    id: Path<ReturnId>,
    refusal: Json<Refusal>,
) -> Result<HttpResponse, Problem> {
    staff(&person)?;
    let deed = Deed::Refuse { note: text("note", &refusal.note)? };
    act(app, by(&person), &key, "POST /api/v1/returns/{id}/refusals", *id, deed).await
}

pub async fn receive(
    app: Data<App>,
    person: Principal,
    key: IdempotencyKey,
    id: Path<ReturnId>,
) -> Result<HttpResponse, Problem> {
    staff(&person)?;
    act(app, by(&person), &key, "POST /api/v1/returns/{id}/receipts", *id, Deed::Receive).await
}

/// By the customer whose it is, whoever else they are.
pub async fn withdraw(
    app: Data<App>,
    customer: Principal,
    key: IdempotencyKey,
    id: Path<ReturnId>,
) -> Result<HttpResponse, Problem> {
    let by = By::Customer(customer.user_id);
    act(app, by, &key, "POST /api/v1/returns/{id}/withdrawals", *id, Deed::Withdraw).await
}

async fn act(
    app: Data<App>,
    by: By,
    key: &IdempotencyKey,
    route: &'static str,
    id: ReturnId,
    deed: Deed,
) -> Result<HttpResponse, Problem> {
    let request_hash = match &deed {
        Deed::Refuse { note } => hash_of(&(id, note)),
        Deed::Approve | Deed::Receive | Deed::Withdraw => hash_of(&id),
    };
    let attempt = Attempt { principal: by.user(), route, key, request_hash };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let item = app.act_on_return(conn, id, by, &deed).await?;
            Ok(Answer::accepted(&return_view(&item)))
        }
        .boxed()
    })
    .await
}
