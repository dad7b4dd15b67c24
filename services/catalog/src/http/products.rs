//! The handlers of `/api/v1/products`.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::catalog::{NewProduct, ProductChange, ProductView};
use contracts::api::users::UserRole;
use kernel::ProductId;
use platform::Problem;
use platform::auth::Principal;
use platform::etag::{IfMatch, etag, precondition_failed};
use platform::page::PageQuery;

use super::State;
use crate::app::{self, ChangeError, PublishError};
use crate::domain::InvalidField;

pub async fn publish(
    state: Data<State>,
    principal: Principal,
    new: Json<NewProduct>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let product =
        app::publish_product(&state.database, &state.clock, principal.user_id, new.into_inner()).await?;
    let headers = ((LOCATION, format!("/api/v1/products/{}", product.id)), etag(product.version));
    // Inventory, which hears of it by us, has no stock of it yet.
    let view = product.view(0);
    Ok(HttpResponse::Created().insert_header(headers.0).insert_header(headers.1).json(view))
}

pub async fn list(
    state: Data<State>,
    page: Query<PageQuery<ProductId>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let products = app::list_products(&state.database, page.after, page.rows()).await?;
    Ok(page.answer(&request, products, |product: &ProductView| product.id.to_string()))
}

pub async fn show(state: Data<State>, id: Path<ProductId>) -> Result<HttpResponse, Problem> {
    let product = app::find_product(&state.database, *id).await?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().insert_header(etag(product.version)).json(product))
}

/// Someone else's product is not there to be changed, though everyone can read it.
pub async fn change(
    state: Data<State>,
    principal: Principal,
    id: Path<ProductId>,
    seen: IfMatch,
    change: Json<ProductChange>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let (whose, change) = ((*id, principal.user_id), change.into_inner());
    let product = app::change_product(&state.database, &state.clock, whose, &seen, change).await?;
    Ok(HttpResponse::Ok().insert_header(etag(product.version)).json(product))
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Invalid(fields) => invalid(fields),
            PublishError::SkuTaken(sku) => {
                Problem::conflict("sku-taken", "Another product has this SKU").detail(sku.to_string())
            }
            PublishError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NoProduct => Self::not_found(),
            ChangeError::Stale => precondition_failed(),
            ChangeError::Invalid(fields) => invalid(fields),
            ChangeError::Store(error) => error.into(),
        }
    }
}

fn invalid(fields: Vec<InvalidField>) -> Problem {
    let problem = Problem::invalid();
    fields.into_iter().fold(problem, |problem, wrong| problem.field(wrong.field, wrong.message))
}
