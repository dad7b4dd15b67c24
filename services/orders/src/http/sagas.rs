//! Sagas, for those who look after the shop: which are stuck, and what can be done about them.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::sagas::{Abandonment, SagaDetail};
use futures::FutureExt;
use kernel::OrderId;
use platform::Problem;
use platform::auth::Principal;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::page::PageQuery;
use serde::Deserialize;
use uuid::Uuid;

use super::{staff, text};
use crate::app::App;
use crate::domain::action::Actor;
use crate::store::sagas::Filter;

#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    stuck: bool,
    state: Option<String>,
}

pub async fn list(
    app: Data<App>,
    person: Principal,
    which: Query<Which>,
    page: Query<PageQuery<Uuid>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    staff(&person)?;
    let filter = Filter::new(which.stuck, which.state.clone(), page.after).map_err(|unknown| {
        Problem::malformed("invalid-query", "The query string is not valid").detail(unknown.to_string())
    })?;
    let sagas = app.list_sagas(&filter, page.rows()).await?;
    Ok(page.answer(&request, sagas, |saga| saga.id.to_string()))
}

pub async fn fetch(
    app: Data<App>,
    person: Principal,
    order: Path<OrderId>,
) -> Result<Json<SagaDetail>, Problem> {
    staff(&person)?;
    app.find_sagas(*order).await?.map(Json).ok_or_else(Problem::not_found)
}

pub async fn retry(
    app: Data<App>,
    person: Principal,
    key: IdempotencyKey,
    order: Path<OrderId>,
) -> Result<HttpResponse, Problem> {
    staff(&person)?;
    let order = *order;
    let attempt = Attempt {
        principal: person.user_id,
        route: "POST /api/v1/sagas/{order}/retries",
        key: &key,
        request_hash: hash_of(&order),
    };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let sagas = app.retry_sagas(conn, order, Actor::User(person.user_id)).await?;
            Ok(Answer::accepted(&sagas))
        }
        .boxed()
    })
    .await
}

pub async fn abandon(
    app: Data<App>,
    person: Principal,
    key: IdempotencyKey,
    order: Path<OrderId>,
    why: Json<Abandonment>,
) -> Result<HttpResponse, Problem> {
    staff(&person)?;
    let (order, reason) = (*order, text("reason", &why.reason)?);
    let attempt = Attempt {
        principal: person.user_id,
        route: "POST /api/v1/sagas/{order}/abandonments",
        key: &key,
        request_hash: hash_of(&(order, &reason)),
    };
    let (database, app) = (app.database.clone(), app.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let sagas = app.abandon_saga(conn, order, Actor::User(person.user_id), &reason).await?;
            Ok(Answer::accepted(&sagas))
        }
        .boxed()
    })
    .await
}
