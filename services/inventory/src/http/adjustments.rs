//! Sellers say what changed on their shelves.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use contracts::api::inventory::{AdjustmentReason, StockAdjustment, StockLevel, StockView};
use contracts::api::users::UserRole;
use diesel_async::AsyncConnection;
use futures::FutureExt;
use platform::auth::Principal;
use platform::idempotency::{Answer, Attempt, IdempotencyKey, hash_of, once};
use platform::{Connection, Problem};

use super::State;
use super::stock::known;
use crate::app::{self, AdjustError};
use crate::domain::{Actor, Adjustment, Amount, Refused};

const NOTE_MAX: usize = 500;

pub async fn count(
    state: Data<State>,
    seller: Principal,
    sku: Path<String>,
    counted: Json<StockLevel>,
) -> Result<Json<StockView>, Problem> {
    seller.require(UserRole::Seller)?;
    let StockLevel { on_hand, region } = counted.into_inner();
    let adjustment = Adjustment {
        sku: known(&sku)?,
        region: region.unwrap_or_default(),
        seller: seller.user_id,
        amount: Amount::Set(on_hand),
        reason: AdjustmentReason::Counted,
        note: None,
        actor: Actor::User(seller.user_id),
    };
    let mut conn = state.database.connect().await?;
    let view = conn.transaction(async |conn| carry_out(&state, &adjustment, conn).await).await?;
    Ok(Json(view))
}

pub async fn adjust(
    state: Data<State>,
    seller: Principal,
    key: IdempotencyKey,
    sku: Path<String>,
    wanted: Json<StockAdjustment>,
) -> Result<HttpResponse, Problem> {
    seller.require(UserRole::Seller)?;
    let sku = known(&sku)?;
    let attempt = Attempt {
        principal: seller.user_id,
        route: "POST /api/v1/stock/{sku}/adjustments",
        key: &key,
        request_hash: hash_of(&(&sku, &*wanted)),
    };
    let StockAdjustment { region, delta, reason, note } = wanted.into_inner();
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
        return Err(Problem::invalid().field("note", format!("has up to {NOTE_MAX} characters")));
    }
    let adjustment = Adjustment {
        sku,
        region: region.unwrap_or_default(),
        seller: seller.user_id,
        amount: Amount::Delta(delta),
        reason,
        note,
        actor: Actor::User(seller.user_id),
    };
    let (database, state) = (state.database.clone(), state.into_inner());
    once(&database, attempt, |conn| {
        async move {
            let view = carry_out(&state, &adjustment, conn).await?;
            Ok(Answer::created(&view, format!("/api/v1/stock/{}/movements", adjustment.sku)))
        }
        .boxed()
    })
    .await
}

async fn carry_out(
    state: &State,
    adjustment: &Adjustment,
    conn: &mut Connection,
) -> Result<StockView, Problem> {
    let level = app::adjust_stock(conn, adjustment, state.clock.now()).await?;
    Ok(app::view(level, conn).await?)
}

impl From<AdjustError> for Problem {
    fn from(error: AdjustError) -> Self {
        match error {
            AdjustError::NotFound => Self::not_found(),
            AdjustError::Refused(refused) => refused.into(),
            AdjustError::Store(error) => error.into(),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let detail = refused.to_string();
        match refused {
            Refused::CountOutOfRange => Self::invalid().field("on_hand", detail),
            Refused::DeltaOutOfRange | Refused::ShelfFull => Self::invalid().field("delta", detail),
            Refused::TooFew { .. } => {
                Self::conflict("stock-too-low", "Fewer are on the shelf than would be taken from it")
                    .detail(detail)
            }
            Refused::Reserved { .. } => {
                Self::conflict("stock-reserved", "More is promised to customers than would be left")
                    .detail(detail)
            }
        }
    }
}
