//! `POST /api/v1/payments`.

use actix_web::http::header::{AUTHORIZATION, LOCATION};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::payments::NewPayment;
use platform::Problem;
use platform::auth::Principal;
use platform::idempotency::IdempotencyKey;

use super::Gateway;
use crate::app::Submission;

/// 202: the broker has it. Whether it is paid is to be seen at the order.
pub async fn submit(
    gateway: Data<Gateway>,
    customer: Principal,
    key: IdempotencyKey,
    payment: Json<NewPayment>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let bearer = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let submission = Submission {
        customer_id: customer.user_id,
        bearer: bearer.unwrap_or_default(),
        key: &key,
        payment: &payment,
    };
    gateway.payments.submit(submission).await?;
    let order_id = payment.order_id;
    Ok(HttpResponse::Accepted()
        .insert_header((LOCATION, format!("/api/v1/orders/{order_id}")))
        .json(serde_json::json!({ "order_id": order_id })))
}
