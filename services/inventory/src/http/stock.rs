//! Sellers look at their shelves, and say from when on they are too empty.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::inventory::{StockThreshold, StockView};
use contracts::api::users::UserRole;
use kernel::Sku;
use platform::Problem;
use platform::auth::Principal;
use platform::page::PageQuery;
use serde::Deserialize;

use super::State;
use crate::app;
use crate::domain::{Cursor, ON_HAND_MAX};

/// Which of the seller's SKUs.
#[derive(Deserialize)]
pub struct Filter {
    #[serde(default)]
    low: bool,
}

pub async fn list(
    state: Data<State>,
    seller: Principal,
    filter: Query<Filter>,
    page: Query<PageQuery<Sku>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    seller.require(UserRole::Seller)?;
    let (seller, low) = (seller.user_id, filter.low);
    let own = app::list_stock(&state.database, seller, low, page.after.as_ref(), page.rows()).await?;
    Ok(page.answer(&request, own, |stock| stock.sku.to_string()))
}

pub async fn show(
    state: Data<State>,
    seller: Principal,
    sku: Path<String>,
) -> Result<Json<StockView>, Problem> {
    seller.require(UserRole::Seller)?;
    let view = app::view_stock(&state.database, &known(&sku)?, seller.user_id).await?;
    view.map(Json).ok_or_else(Problem::not_found)
}

pub async fn set_threshold(
    state: Data<State>,
    seller: Principal,
    sku: Path<String>,
    wanted: Json<StockThreshold>,
) -> Result<Json<StockView>, Problem> {
    seller.require(UserRole::Seller)?;
    let sku = known(&sku)?;
    if !(0..=ON_HAND_MAX).contains(&wanted.threshold) {
        return Err(Problem::invalid().field("threshold", format!("must be 0 to {ON_HAND_MAX}")));
    }
    let view =
        app::set_threshold(&state.database, &state.clock, seller.user_id, &sku, wanted.threshold).await?;
    view.map(Json).ok_or_else(Problem::not_found)
}

pub async fn movements(
    state: Data<State>,
    seller: Principal,
    sku: Path<String>,
    page: Query<PageQuery<Cursor>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    seller.require(UserRole::Seller)?;
    let sku = known(&sku)?;
    let written = app::list_movements(&state.database, &sku, seller.user_id, page.after, page.rows()).await?;
    let written = written.ok_or_else(Problem::not_found)?;
    Ok(page.answer(&request, written, |movement| movement.id.clone()))
}

/// What is no SKU is nobody's.
pub fn known(sku: &str) -> Result<Sku, Problem> {
    Sku::parse(sku).map_err(|_| Problem::not_found())
}
