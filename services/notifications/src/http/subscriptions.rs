//! The caller's browsers that want to be told.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path};
use contracts::api::notifications::{NewPushSubscription, PushKey, PushSubscriptionView};
use platform::Problem;
use platform::auth::Principal;
use uuid::Uuid;

use crate::app::{App, SubscribeError, subscribe};
use crate::store;

/// `not-found` where the shop does not push.
pub async fn key(app: Data<App>, _: Principal) -> Result<Json<PushKey>, Problem> {
    let public_key = app.push_key.clone().ok_or_else(Problem::not_found)?;
    Ok(Json(PushKey { public_key }))
}

pub async fn list(app: Data<App>, caller: Principal) -> Result<Json<Vec<PushSubscriptionView>>, Problem> {
    let mut conn = app.database.connect().await?;
    Ok(Json(store::subscriptions_list(&mut conn, caller.user_id).await?))
}

pub async fn create(
    app: Data<App>,
    caller: Principal,
    new: Json<NewPushSubscription>,
) -> Result<HttpResponse, Problem> {
    let view = subscribe(&app, caller.user_id, &new).await?;
    let location = (LOCATION, format!("/api/v1/push-subscriptions/{}", view.id));
    Ok(HttpResponse::Created().insert_header(location).json(view))
}

pub async fn delete(
    app: Data<App>,
    caller: Principal,
    subscription: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let mut conn = app.database.connect().await?;
    if store::subscription_delete(&mut conn, caller.user_id, *subscription).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}

impl From<SubscribeError> for Problem {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::Invalid { field, why } => Self::invalid().field(field, why),
            SubscribeError::EndpointTaken => {
                Self::conflict("push-endpoint-taken", "Another browser has subscribed with this endpoint")
            }
            SubscribeError::Store(error) => error.into(),
        }
    }
}
