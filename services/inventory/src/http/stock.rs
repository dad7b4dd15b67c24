//! The handlers of `/api/v1/stock/{sku}`.

use actix_web::web::{Data, Json, Path};
use contracts::api::inventory::{StockLevel, StockView};
use contracts::api::users::UserRole;
use kernel::Sku;
use platform::Problem;
use platform::auth::Principal;

use super::State;
use crate::app::{self, SetError};
use crate::domain::{AdjustError, Level};

pub async fn set(
    state: Data<State>,
    principal: Principal,
    sku: Path<String>,
    counted: Json<StockLevel>,
) -> Result<Json<StockView>, Problem> {
    principal.require(UserRole::Seller)?;
    let sku = known(&sku)?;
    let level =
        app::set_stock(&state.database, &state.clock, principal.user_id, &sku, counted.on_hand).await?;
    Ok(Json(view(level)))
}

pub async fn show(
    state: Data<State>,
    principal: Principal,
    sku: Path<String>,
) -> Result<Json<StockView>, Problem> {
    principal.require(UserRole::Seller)?;
    let sku = known(&sku)?;
    let level = app::view_stock(&state.database, &sku, principal.user_id).await?;
    level.map(view).map(Json).ok_or_else(Problem::not_found)
}

/// What is no SKU is nobody's.
fn known(sku: &str) -> Result<Sku, Problem> {
    Sku::parse(sku).map_err(|_| Problem::not_found())
}

fn view(level: Level) -> StockView {
    let available = level.available();
    StockView { sku: level.sku, on_hand: level.on_hand, reserved: level.reserved, available }
}

impl From<SetError> for Problem {
    fn from(error: SetError) -> Self {
        match error {
            SetError::NotFound => Self::not_found(),
            SetError::Refused(wrong @ AdjustError::OutOfRange) => Self::invalid().field("on_hand", wrong),
            SetError::Refused(taken @ AdjustError::Reserved { .. }) => {
                Self::conflict("stock-reserved", "More is promised to customers than would be left")
                    .detail(taken.to_string())
            }
            SetError::Store(error) => error.into(),
        }
    }
}
