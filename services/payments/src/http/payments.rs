//! What customers see.

use actix_web::web::{Data, Json, Path};
use contracts::api::payments::{InvoiceView, PaymentView};
use kernel::OrderId;
use platform::Problem;
use platform::auth::Principal;

use super::Desk;
use super::staff::is_staff;
use crate::app;

pub async fn show(
    desk: Data<Desk>,
    order_id: Path<OrderId>,
    principal: Principal,
) -> Result<Json<PaymentView>, Problem> {
    let shown = app::show_payment(&desk.database, *order_id, principal.user_id).await?;
    shown.map(Json).ok_or_else(Problem::not_found)
}

pub async fn invoice(
    desk: Data<Desk>,
    order_id: Path<OrderId>,
    principal: Principal,
) -> Result<Json<InvoiceView>, Problem> {
    let anyone = is_staff(&principal);
    let shown = app::show_invoice(&desk.database, *order_id, principal.user_id, anyone).await?;
    shown.map(Json).ok_or_else(Problem::not_found)
}
