//! The handlers of `/api/v1/stock-imports`.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Json, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::erp::{IMPORT_LIMIT, ImportFormat, ImportView};
use contracts::api::users::UserRole;
use futures::FutureExt;
use kernel::ImportId;
use platform::Problem;
use platform::auth::Principal;
use platform::http::limited;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::page::PageQuery;
use serde::Deserialize;

use super::State;
use crate::app::take_import;
use crate::store::imports;

#[derive(Deserialize)]
pub struct Wish {
    /// Only says what is wrong, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

pub async fn take(
    state: Data<State>,
    principal: Principal,
    key: IdempotencyKey,
    wish: Query<Wish>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let content = limited(payload, IMPORT_LIMIT).await?;
    let (format, dry_run, seller) = (format(&request)?, wish.dry_run, principal.user_id);
    let attempt = Attempt {
        principal: seller,
        route: "POST /api/v1/stock-imports",
        key: &key,
        request_hash: hash_of(&(dry_run, format == ImportFormat::Csv, content.as_ref())),
    };
    let clock = state.clock.clone();
    once(&state.database, attempt, move |conn| {
        async move {
            let taken = take_import(seller, format, dry_run, &content, &clock, conn).await?;
            Ok(Answer::accepted(&taken))
        }
        .boxed()
    })
    .await
}

pub async fn show(
    state: Data<State>,
    principal: Principal,
    id: Path<ImportId>,
) -> Result<Json<ImportView>, Problem> {
    principal.require(UserRole::Seller)?;
    let mut conn = state.database.connect().await?;
    let found = imports::find_import(*id, principal.user_id, &mut conn).await?;
    found.map(Json).ok_or_else(Problem::not_found)
}

pub async fn errors(
    state: Data<State>,
    principal: Principal,
    id: Path<ImportId>,
    page: Query<PageQuery<i64>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let mut conn = state.database.connect().await?;
    let rows =
        imports::import_errors_list(*id, principal.user_id, page.after, page.rows(), &mut conn).await?;
    Ok(page.answer(&request, rows, |error| error.position.to_string()))
}

fn format(request: &HttpRequest) -> Result<ImportFormat, Problem> {
    let named = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match named.split(';').next().unwrap_or_default().trim() {
        "text/csv" => Ok(ImportFormat::Csv),
        "application/json" => Ok(ImportFormat::Json),
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The content must be text/csv or application/json",
        )),
    }
}
