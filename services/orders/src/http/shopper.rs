//! Who stands at a cart: somebody who has logged in, or a guest who shows the cart's token.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use contracts::api::orders::CART_TOKEN;
use platform::Problem;
use platform::auth::Principal;

use crate::domain::shopper::{CartToken, Shopper};

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// A log-in goes before a token: 401 to one that is no good, whatever else is shown.
impl FromRequest for Shopper {
    type Error = Problem;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let token = cart_token(request);
        if token.is_some() && !request.headers().contains_key(AUTHORIZATION) {
            return Box::pin(async move { token.map(Self::Guest).ok_or_else(Problem::not_found) });
        }
        let principal = Principal::from_request(request, payload);
        Box::pin(async move { principal.await.map(|customer| Self::Customer(customer.user_id)) })
    }
}

/// A visitor without a log-in is welcome; one whose log-in is no good is told so.
pub struct Visitor(pub Option<Principal>);

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Answer<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(AUTHORIZATION) {
            return Box::pin(async { Ok(Self(None)) });
        }
        let principal = Principal::from_request(request, payload);
        Box::pin(async move { principal.await.map(|principal| Self(Some(principal))) })
    }
}

/// The token of a guest's cart; without one there is no cart to be seen.
impl FromRequest for CartToken {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(cart_token(request).ok_or_else(Problem::not_found))
    }
}

fn cart_token(request: &HttpRequest) -> Option<CartToken> {
    request.headers().get(CART_TOKEN).map(|told| CartToken::told(told.to_str().unwrap_or_default()))
}
