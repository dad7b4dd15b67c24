//! What the caller was told.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use kernel::NotificationId;
use platform::Problem;
use platform::auth::Principal;
use platform::page::PageQuery;

use crate::app::App;
use crate::store;

pub async fn list(
    app: Data<App>,
    caller: Principal,
    page: Query<PageQuery<NotificationId>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut conn = app.database.read().await?;
    let own = store::history_list(&mut conn, caller.user_id, page.after, page.rows()).await?;
    Ok(page.answer(&request, own, |one| one.id.to_string()))
}
