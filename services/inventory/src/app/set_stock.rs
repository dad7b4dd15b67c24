//! A seller has counted the shelf.

use diesel_async::AsyncConnection;
use kernel::{Clock, Sku, UserId};
use platform::outbox::Event;
use platform::{Database, StoreError};

use crate::domain::{AdjustError, Level};
use crate::store::stock;

#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// Unknown, or another seller's.
    #[error("there is no such SKU for this seller")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] AdjustError),
    #[error("could not store the level")]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for SetError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A count that finds what is known changes nothing and says nothing.
pub async fn set_stock(
    database: &Database,
    clock: &Clock,
    seller: UserId,
    sku: &Sku,
    on_hand: i64,
) -> Result<Level, SetError> {
    let now = clock.now();
    let mut conn = database.connect().await?;
    conn.transaction(async |conn| {
        let level = stock::find_stock_locked(sku, seller, conn).await?.ok_or(SetError::NotFound)?;
        let delta = level.adjustment(on_hand)?;
        if delta == 0 {
            return Ok(level);
        }
        let level = stock::stock_adjust(sku, delta, seller, now, conn).await?;
        Event::new(&level.message(), now).version(level.version).record(conn).await?;
        Ok(level)
    })
    .await
}
