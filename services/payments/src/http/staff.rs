//! What the support team and administrators see and decide.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::payments::{NewResolution, ResolvedOutcome};
use contracts::api::users::UserRole;
use futures::FutureExt;
use kernel::{OrderId, PaymentId};
use platform::Problem;
use platform::auth::Principal;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::page::PageQuery;

use super::Desk;
use crate::app::{self, ResolveError};

pub async fn unresolved(
    desk: Data<Desk>,
    principal: Principal,
    page: Query<PageQuery<PaymentId>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    require_staff(&principal)?;
    let found = app::list_unresolved(&desk.database, page.after, page.rows()).await?;
    Ok(page.answer(&request, found, |one| one.payment_id.to_string()))
}

pub async fn differences(
    desk: Data<Desk>,
    principal: Principal,
    page: Query<PageQuery<i64>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    require_staff(&principal)?;
    let found = app::list_differences(&desk.database, page.after, page.rows()).await?;
    Ok(page.answer(&request, found, |one| one.id.to_string()))
}

pub async fn resolve(
    desk: Data<Desk>,
    principal: Principal,
    key: IdempotencyKey,
    order_id: Path<OrderId>,
    resolution: Json<NewResolution>,
) -> Result<HttpResponse, Problem> {
    require_staff(&principal)?;
    let (order_id, resolution, by) = (*order_id, resolution.into_inner(), principal.user_id);
    check(&resolution)?;
    let attempt = Attempt {
        principal: by,
        route: "POST /api/v1/payments/{order_id}/resolutions",
        key: &key,
        request_hash: hash_of(&(order_id, &resolution)),
    };
    let now = desk.clock.now();
    let answer = once(&desk.database, attempt, |conn| {
        async move {
            let resolved = app::resolve_payment(conn, order_id, by, &resolution, now).await?;
            Ok(Answer::created(&resolved, format!("/api/v1/payments/{order_id}")))
        }
        .boxed()
    })
    .await?;
    desk.wake.notify_one();
    Ok(answer)
}

pub fn is_staff(principal: &Principal) -> bool {
    principal.roles.iter().any(|role| matches!(role, UserRole::Support | UserRole::Admin))
}

fn require_staff(principal: &Principal) -> Result<(), Problem> {
    if is_staff(principal) { Ok(()) } else { Err(Problem::forbidden("this is for the support team")) }
}

fn check(resolution: &NewResolution) -> Result<(), Problem> {
    let fits = |text: &str, most| (1..=most).contains(&text.trim().len()) && text.len() <= most;
    if !fits(&resolution.note, 500) {
        return Err(Problem::invalid().field("note", "a note has 1 to 500 bytes"));
    }
    match &resolution.outcome {
        ResolvedOutcome::Approved { reference }
            if !fits(reference, 200) || reference.contains(char::is_whitespace) =>
        {
            Err(Problem::invalid()
                .field("outcome.approved.reference", "a reference has 1 to 200 bytes, no spaces"))
        }
        ResolvedOutcome::Approved { .. } | ResolvedOutcome::Declined | ResolvedOutcome::AskAgain => Ok(()),
    }
}

impl From<ResolveError> for Problem {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::NotFound => Self::not_found(),
            ResolveError::NotUnresolved => {
                Self::conflict("payment-not-unresolved", "The outcome of this payment is not unknown")
            }
            ResolveError::Store(error) => error.into(),
        }
    }
}
