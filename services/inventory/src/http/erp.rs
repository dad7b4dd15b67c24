//! The handlers of `/api/v1/erp-connections`.

use actix_web::web::{Data, Json, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::erp::{DeliveryView, ErpConnectionCreated, ErpConnectionView, NewErpConnection};
use contracts::api::users::UserRole;
use kernel::{DeliveryId, ErpConnectionId};
use platform::Problem;
use platform::auth::Principal;
use platform::http::{BODY_LIMIT, limited};
use platform::page::PageQuery;
use platform::webhook::{Signed, WebhookSecret};

use crate::app::{AdjustError, ConnectError, Erp, UpdateError, take_stock_update};
use crate::domain::Refused;
use crate::store::erp::ErpConnection;

pub async fn connect(
    erp: Data<Erp>,
    principal: Principal,
    new: Json<NewErpConnection>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let made = erp.connect(principal.user_id, &new.name, new.url.as_deref()).await?;
    Ok(HttpResponse::Created().json(with_secret(made)))
}

pub async fn list(erp: Data<Erp>, principal: Principal) -> Result<Json<Vec<ErpConnectionView>>, Problem> {
    principal.require(UserRole::Seller)?;
    let all = erp.list(principal.user_id).await?;
    Ok(Json(all.into_iter().map(view).collect()))
}

pub async fn disconnect(
    erp: Data<Erp>,
    principal: Principal,
    id: Path<ErpConnectionId>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    erp.disconnect(*id, principal.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn change_secret(
    erp: Data<Erp>,
    principal: Principal,
    id: Path<ErpConnectionId>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let changed = erp.change_secret(*id, principal.user_id).await?;
    Ok(HttpResponse::Created().json(with_secret(changed)))
}

pub async fn ping(
    erp: Data<Erp>,
    principal: Principal,
    id: Path<ErpConnectionId>,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let delivery = erp.ping(*id, principal.user_id).await?;
    Ok(HttpResponse::Accepted().json(delivery))
}

pub async fn deliveries(
    erp: Data<Erp>,
    principal: Principal,
    id: Path<ErpConnectionId>,
    page: Query<PageQuery<DeliveryId>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    principal.require(UserRole::Seller)?;
    let rows = erp.deliveries(*id, principal.user_id, page.after, page.rows()).await?;
    Ok(page.answer(&request, rows, |delivery| delivery.id.to_string()))
}

pub async fn replay(
    erp: Data<Erp>,
    principal: Principal,
    ids: Path<(ErpConnectionId, DeliveryId)>,
) -> Result<(Json<DeliveryView>, actix_web::http::StatusCode), Problem> {
    principal.require(UserRole::Seller)?;
    let (id, delivery) = ids.into_inner();
    let again = erp.replay(id, delivery, principal.user_id).await?;
    Ok((Json(again), actix_web::http::StatusCode::ACCEPTED))
}

/// Signed instead of logged in.
pub async fn take_stock(
    erp: Data<Erp>,
    id: Path<ErpConnectionId>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let signed = Signed::of(&request)?;
    let body = limited(payload, BODY_LIMIT).await?;
    take_stock_update(&erp, *id, &signed, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn with_secret((connection, secret): (ErpConnection, WebhookSecret)) -> ErpConnectionCreated {
    ErpConnectionCreated { connection: view(connection), secret: secret.reveal() }
}

fn view(connection: ErpConnection) -> ErpConnectionView {
    let id = connection.id();
    ErpConnectionView {
        id,
        inbound: format!("/api/v1/erp-connections/{id}/stock"),
        name: connection.name,
        url: connection.url,
        paused_until: connection.paused_until,
        created_at: connection.created_at,
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Name => Self::invalid().field("name", error),
            ConnectError::Url(refused) => Self::invalid().field("url", refused),
            ConnectError::NoUrl => Self::invalid().field("url", error),
            ConnectError::NameTaken => Self::conflict("name-taken", "You have one of this name"),
            ConnectError::NotFound => Self::not_found(),
            ConnectError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateError> for Problem {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::NotFound => Self::not_found(),
            UpdateError::Rejected(rejected) => rejected.into(),
            UpdateError::Content(error) if error.is_data() => Self::invalid().detail(error.to_string()),
            UpdateError::Content(_) => Self::malformed("malformed-body", "The request's content is not JSON"),
            UpdateError::Count => Self::invalid().field("items", error),
            UpdateError::Amount { item } => Self::invalid().field(format!("items[{item}]"), error),
            UpdateError::Item { item, error } => refused(item, &error),
            UpdateError::Store(error) => error.into(),
        }
    }
}

fn refused(item: usize, error: &AdjustError) -> Problem {
    let field = match error {
        AdjustError::NotFound => format!("items[{item}].sku"),
        AdjustError::Refused(Refused::CountOutOfRange | Refused::Reserved { .. }) => {
            format!("items[{item}].on_hand")
        }
        AdjustError::Refused(_) | AdjustError::Store(_) => format!("items[{item}].delta"),
    };
    Problem::invalid().field(field, error)
}
