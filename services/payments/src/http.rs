//! `/api/v1/payments`.

use actix_web::web::{self, Json, ServiceConfig};
use contracts::api::payments::PaymentView;
use kernel::OrderId;
use platform::auth::Principal;
use platform::{Database, Problem};

use crate::app;

pub fn routes(config: &mut ServiceConfig) {
    config.route("/api/v1/payments/{order_id}", web::get().to(show));
}

async fn show(
    database: web::Data<Database>,
    order_id: web::Path<OrderId>,
    principal: Principal,
) -> Result<Json<PaymentView>, Problem> {
    let shown = app::show_payment(&database, *order_id, principal.user_id).await?;
    shown.map(Json).ok_or_else(Problem::not_found)
}
