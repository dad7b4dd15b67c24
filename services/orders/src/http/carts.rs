//! Carts: a shopper's own, and nobody else's.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path};
use contracts::api::orders::{Acknowledgement, CartItem, NewCartView};
use kernel::{CartId, Sku};
use platform::Problem;
use platform::auth::Principal;
use platform::etag::{IfMatch, etag};

use super::shopper::Visitor;
use super::views::cart_view;
use crate::app::App;
use crate::app::change_cart::{ChangeCartError, Wanted};
use crate::domain::cart::Cart;
use crate::domain::shopper::{CartToken, Shopper};

pub async fn create(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let (cart, token) = match visitor.0 {
        Some(customer) => (app.create_cart(customer.user_id).await?, None),
        None => app.create_guest_cart().await.map(|(cart, token)| (cart, Some(token)))?,
    };
    let (location, tag) = (format!("/api/v1/carts/{}", cart.id), etag(cart.version));
    let cart_token = token.map(|token| token.expose().to_owned());
    let view = NewCartView { cart: cart_view(&cart)?, cart_token };
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).insert_header(tag).json(view))
}

pub async fn fetch(app: Data<App>, shopper: Shopper, cart: Path<CartId>) -> Result<HttpResponse, Problem> {
    shown(&app.find_cart(*cart, &shopper).await?.ok_or_else(Problem::not_found)?)
}

pub async fn fetch_open(app: Data<App>, customer: Principal) -> Result<HttpResponse, Problem> {
    shown(&app.find_open_cart(customer.user_id).await?.ok_or_else(Problem::not_found)?)
}

pub async fn put_item(
    app: Data<App>,
    shopper: Shopper,
    path: Path<(CartId, String)>,
    seen: IfMatch,
    item: Json<CartItem>,
) -> Result<HttpResponse, Problem> {
    let (cart, sku) = path.into_inner();
    let wanted = Wanted { cart, shopper, seen };
    shown(&app.put_item(&wanted, &parsed(&sku)?, item.quantity).await?)
}

pub async fn remove_item(
    app: Data<App>,
    shopper: Shopper,
    path: Path<(CartId, String)>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    let (cart, sku) = path.into_inner();
    let wanted = Wanted { cart, shopper, seen };
    shown(&app.remove_item(&wanted, &parsed(&sku)?).await?)
}

/// The prices say themselves what the shopper has seen.
pub async fn acknowledge(
    app: Data<App>,
    shopper: Shopper,
    cart: Path<CartId>,
    seen: Json<Acknowledgement>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted { cart: *cart, shopper, seen: IfMatch::Any };
    shown(&app.acknowledge(&wanted, &seen.prices).await?)
}

/// The path and the tag are of the guest's cart, the answer is the customer's.
pub async fn merge(
    app: Data<App>,
    customer: Principal,
    token: CartToken,
    guest: Path<CartId>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    shown(&app.merge_cart(*guest, token, &seen, customer.user_id).await?)
}

fn shown(cart: &Cart) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().insert_header(etag(cart.version)).json(cart_view(cart)?))
}

/// A text that can't be a SKU is one that we don't know.
fn parsed(sku: &str) -> Result<Sku, Problem> {
    Sku::parse(sku).map_err(|_| ChangeCartError::UnknownSku.into())
}
