//! Log-in, and the keys that its tokens are checked against.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpResponse, web};
use contracts::api::users::{LogIn, SessionView};
use platform::Problem;

use super::users::view;
use crate::app::{Users, log_in};
use crate::domain::Email;

pub async fn log_in(users: web::Data<Users>, log_in: web::Json<LogIn>) -> Result<HttpResponse, Problem> {
    let LogIn { email, password } = log_in.into_inner();
    let (user, token) = log_in::log_in(&users, Email::parse(&email).ok(), password.into()).await?;
    let session = SessionView {
        access_token: token.text,
        token_type: "Bearer".to_owned(),
        expires_in: token.expires_in_seconds.get().into(),
        user: view(user),
    };
    // Tokens are not for caches (RFC 6749, 5.1).
    let mut created = HttpResponse::Created();
    Ok(created
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((LOCATION, "/api/v1/users/me"))
        .json(session))
}

pub async fn public_keys(users: web::Data<Users>) -> HttpResponse {
    let mut found = HttpResponse::Ok();
    found.insert_header((CACHE_CONTROL, "public, max-age=300")).json(users.signer.public_keys())
}
