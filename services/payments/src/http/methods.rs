//! `/api/v1/payment-methods`: what a customer pays with again and again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use contracts::api::payments::{NewPaymentMethod, PaymentMethodView, PaymentToken, PaymentTokenError};
use kernel::PaymentMethodId;
use platform::Problem;
use platform::auth::Principal;

use crate::app::Wallet;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/payment-methods").route(web::get().to(list)).route(web::post().to(save)),
        )
        .route("/api/v1/payment-methods/{id}", web::delete().to(remove));
}

async fn list(wallet: Data<Wallet>, customer: Principal) -> Result<Json<Vec<PaymentMethodView>>, Problem> {
    wallet.list(customer.user_id).await.map(Json)
}

/// The same token again is answered with what was made of it the first time.
async fn save(
    wallet: Data<Wallet>,
    customer: Principal,
    new: Json<NewPaymentMethod>,
) -> Result<HttpResponse, Problem> {
    let token = parsed(&new.payment_token)?;
    let (saved, is_new) = wallet.save(customer.user_id, &token).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/v1/payment-methods/{}", saved.id);
    Ok(HttpResponse::build(status).insert_header((LOCATION, location)).json(saved))
}

async fn remove(
    wallet: Data<Wallet>,
    customer: Principal,
    id: Path<PaymentMethodId>,
) -> Result<HttpResponse, Problem> {
    wallet.remove(customer.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says what is wrong and never repeats what was sent.
fn parsed(text: &str) -> Result<PaymentToken, Problem> {
    PaymentToken::parse(text).map_err(|error| match error {
        PaymentTokenError::CardNumber => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "card-number-refused",
            "Card numbers are not accepted here, only tokens of them",
        ),
        PaymentTokenError::Malformed => Problem::invalid().field("payment_token", error),
    })
}
