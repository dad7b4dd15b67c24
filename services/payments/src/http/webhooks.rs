//! `POST /api/v1/webhooks/{provider}`: 2xx only when the event is genuine and kept. What it means is found out later.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Json, Path, PayloadConfig, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::payments::ProviderNoticeView;
use contracts::api::users::UserRole;
use kernel::Clock;
use platform::auth::Principal;
use platform::http::{BODY_LIMIT, too_large};
use platform::{Database, Problem};
use serde::Deserialize;
use tokio::sync::Notify;
use tracing::warn;

use crate::app;
use crate::metrics::WEBHOOKS;
use crate::provider::{Chosen, Rejected};

/// What is listed at most: whoever has more than this to look at, begins with these.
const LISTED: i64 = 100;

#[derive(Clone)]
pub struct Door {
    pub database: Database,
    pub clock: Clock,
    pub chosen: Chosen,
    /// Of the task that works events off.
    pub wake: Arc<Notify>,
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/webhooks/{provider}")
                .app_data(PayloadConfig::new(BODY_LIMIT))
                .route(web::post().to(receive)),
        )
        .route("/api/v1/provider-notices", web::get().to(failed))
        .route("/api/v1/provider-notices/{provider}/{event}/retries", web::post().to(retry));
}

async fn receive(
    door: Data<Door>,
    provider: Path<String>,
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let (name, body) = (door.chosen.provider.name(), body.map_err(|_| too_large())?);
    let webhooks = door.chosen.webhooks().filter(|_| *provider == name).ok_or_else(Problem::not_found)?;
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let now = door.clock.now();
    let received = webhooks.check(&header, &body, now).await.map_err(|rejected| problem(name, rejected))?;
    let event = serde_json::from_slice(&body).map_err(|_| problem(name, Rejected::Malformed))?;
    let is_new = app::keep_event(&door.database, name, &received, &event, now).await?;
    WEBHOOKS.with_label_values(&[name, if is_new { "kept" } else { "known" }]).inc();
    door.wake.notify_one();
    Ok(HttpResponse::Ok().finish())
}

fn problem(provider: &str, rejected: Rejected) -> Problem {
    let (outcome, problem) = match rejected {
        Rejected::Signature => {
            let (code, title) = ("webhook-signature-invalid", "The event is not signed by the provider");
            ("forged", Problem::new(StatusCode::UNAUTHORIZED, code, title))
        }
        Rejected::TooOld => {
            let (code, title) = ("webhook-too-old", "The event was signed more than five minutes ago");
            ("too_old", Problem::malformed(code, title))
        }
        Rejected::Malformed => {
            ("malformed", Problem::malformed("malformed-body", "The request's content is not JSON"))
        }
        // The provider sends it again after a 503.
        Rejected::Unverifiable => ("unverifiable", Problem::unavailable()),
    };
    WEBHOOKS.with_label_values(&[provider, outcome]).inc();
    warn!(provider, outcome, "Refused an event of {provider}: {outcome}");
    problem
}

#[derive(Deserialize)]
struct Which {
    state: String,
}

/// Only those that wait for a person are listed.
async fn failed(
    door: Data<Door>,
    principal: Principal,
    which: Query<Which>,
) -> Result<Json<Vec<ProviderNoticeView>>, Problem> {
    principal.require(UserRole::Admin)?;
    if which.state != "failed" {
        return Err(Problem::malformed("invalid-query", "The query string is not valid")
            .detail("state must be failed"));
    }
    app::list_failed(&door.database, LISTED).await.map(Json)
}

async fn retry(
    door: Data<Door>,
    principal: Principal,
    which: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Admin)?;
    let (provider, event_id) = which.into_inner();
    app::retry_event(&door.database, &provider, &event_id, door.clock.now()).await?;
    door.wake.notify_one();
    Ok(HttpResponse::Accepted().finish())
}
