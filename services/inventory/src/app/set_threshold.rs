//! A seller says from when on there is too little of a SKU.

use contracts::api::inventory::StockView;
use diesel_async::AsyncConnection;
use kernel::{Clock, Sku, UserId};
use platform::outbox::Event;
use platform::{Database, StoreError};

use super::view_stock::view;
use crate::domain::{Change, Level};
use crate::store::levels;

/// `None`: unknown, or another seller's. Too little by the new threshold, but not by the old, is said at once.
pub async fn set_threshold(
    database: &Database,
    clock: &Clock,
    seller: UserId,
    sku: &Sku,
    threshold: i64,
) -> Result<Option<StockView>, StoreError> {
    let now = clock.now();
    let mut conn = database.connect().await?;
    let set = conn.transaction(async |conn| {
        let Some(level) = levels::find_level_locked(sku, seller, conn).await? else { return Ok(None) };
        levels::threshold_save(sku, threshold, conn).await?;
        let (threshold_before, available_before) = (level.threshold, level.available());
        let change = Change { level: Level { threshold, ..level }, threshold_before, available_before };
        if let Some(low) = change.warning() {
            Event::new(&low, now).version(change.level.version).record(conn).await?;
        }
        Ok::<_, diesel::result::Error>(Some(view(change.level, conn).await?))
    });
    Ok(set.await?)
}
