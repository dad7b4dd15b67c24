//! A shelf holds more or less than before, and no order did it: a seller counted, or goods came, broke or vanished.

use diesel::result::Error as DieselError;
use kernel::Timestamp;
use platform::Connection;
use platform::outbox::record_all;

use super::announce::level_events;
use crate::domain::{Adjustment, Level, Refused};
use crate::store::{levels, stock};

#[derive(Debug, thiserror::Error)]
pub enum AdjustError {
    /// Unknown, or another seller's.
    #[error("there is no such SKU for this seller")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("could not store the level")]
    Store(#[from] DieselError),
}

/// In the caller's transaction, which adjusts several SKUs in their order or dies of a deadlock.
/// A count that finds what is known changes nothing and says nothing.
pub async fn adjust_stock(
    conn: &mut Connection,
    adjustment: &Adjustment,
    now: Timestamp,
) -> Result<Level, AdjustError> {
    let Adjustment { sku, region, seller, amount, .. } = adjustment;
    let level = levels::find_level_locked(sku, *seller, conn).await?.ok_or(AdjustError::NotFound)?;
    let shelf = levels::shelf_fetch(sku, region, conn).await?;
    let on_hand = shelf.adjusted(*amount)?;
    let delta = on_hand - shelf.on_hand;
    if delta == 0 {
        return Ok(level);
    }
    let change = stock::stock_adjust(adjustment, on_hand, delta, now, conn).await?;
    record_all(&level_events(std::slice::from_ref(&change), now), conn).await?;
    Ok(change.level)
}
