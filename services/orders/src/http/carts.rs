//! Carts: a shopper's own, and nobody else's.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path};
use contracts::api::orders::{CartItem, CartView};
use kernel::{CartId, Sku};
use platform::Problem;
use platform::auth::Principal;

use super::views::cart_view;
use crate::app::App;
use crate::app::change_cart::ChangeCartError;

pub async fn create(app: Data<App>, customer: Principal) -> Result<HttpResponse, Problem> {
    let cart = app.create_cart(customer.user_id).await?;
    let location = (LOCATION, format!("/api/v1/carts/{}", cart.id));
    Ok(HttpResponse::Created().insert_header(location).json(cart_view(&cart)?))
}

pub async fn fetch(
    app: Data<App>,
    customer: Principal,
    cart: Path<CartId>,
) -> Result<Json<CartView>, Problem> {
    let cart = app.find_cart(*cart, customer.user_id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(cart_view(&cart)?))
}

pub async fn put_item(
    app: Data<App>,
    customer: Principal,
    path: Path<(CartId, String)>,
    item: Json<CartItem>,
) -> Result<Json<CartView>, Problem> {
    let (cart, sku) = (path.0, sku(&path.1)?);
    let cart = app.put_item(cart, customer.user_id, &sku, item.quantity).await?;
    Ok(Json(cart_view(&cart)?))
}

pub async fn remove_item(
    app: Data<App>,
    customer: Principal,
    path: Path<(CartId, String)>,
) -> Result<Json<CartView>, Problem> {
    let (cart, sku) = (path.0, sku(&path.1)?);
    let cart = app.remove_item(cart, customer.user_id, &sku).await?;
    Ok(Json(cart_view(&cart)?))
}

/// A text that can't be a SKU is one that we don't know.
fn sku(text: &str) -> Result<Sku, Problem> {
    Sku::parse(text).map_err(|_| ChangeCartError::UnknownSku.into())
}
