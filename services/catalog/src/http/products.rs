//! The handlers of `/api/v1/products`.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::catalog::{NewProduct, ProductView};
use contracts::api::users::UserRole;
use kernel::ProductId;
use platform::Problem;
use platform::auth::Principal;
use platform::page::PageQuery;

use super::State;
use crate::app::{self, PublishError};
use crate::domain::Product;

pub async fn publish(
    state: Data<State>,
    principal: Principal,
    new: Json<NewProduct>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let product =
        app::publish_product(&state.database, &state.clock, principal.user_id, new.into_inner()).await?;
    let location = format!("/api/v1/products/{}", product.id);
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(view(product)))
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
    Ok(HttpResponse::Ok().json(product))
}

/// Of a product that was published just now: inventory, which hears of it by us, has no stock of it yet.
fn view(product: Product) -> ProductView {
    ProductView {
        id: product.id,
        sku: product.sku,
        name: product.name,
        description: product.description,
        price: product.price,
        seller_id: product.seller_id,
        available: 0,
    }
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Invalid(fields) => fields
                .into_iter()
                .fold(Problem::invalid(), |problem, wrong| problem.field(wrong.field, wrong.message)),
            PublishError::SkuTaken(sku) => {
                Problem::conflict("sku-taken", "Another product has this SKU").detail(sku.to_string())
            }
            PublishError::Store(error) => error.into(),
        }
    }
}
