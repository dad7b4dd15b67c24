//! A seller looks at what is theirs.

use kernel::{Sku, UserId};
use platform::{Database, StoreError};

use crate::domain::Level;
use crate::store::stock;

/// `None`: unknown, or another seller's.
pub async fn view_stock(database: &Database, sku: &Sku, seller: UserId) -> Result<Option<Level>, StoreError> {
    let mut conn = database.connect().await?;
    Ok(stock::find_stock(sku, seller, &mut conn).await?)
}
