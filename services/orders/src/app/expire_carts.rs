//! What guests have left behind is not kept for ever.

use chrono::TimeDelta;
use platform::StoreError;

use super::App;
use crate::store::carts;

/// After the last change; of a cart that was merged, after the merge.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Carts in one statement.
const BATCH: i64 = 500;

impl App {
    /// How many are gone.
    pub async fn expire_carts(&self) -> Result<usize, StoreError> {
        let mut conn = self.database.connect().await?;
        let mut gone = 0;
        loop {
            let batch = carts::carts_expire(&mut conn, self.clock.now() - KEPT, BATCH).await?;
            gone += batch;
            if batch == 0 {
                return Ok(gone);
            }
        }
    }
}
