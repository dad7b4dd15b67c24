//! What the provider sends: kept when it is genuine, before it hears that we have it.

use kernel::Timestamp;
use platform::{Database, StoreError};
use serde_json::Value;

use crate::provider::Received;
use crate::store;

/// Whether it is new; when this returns it is committed.
pub async fn keep_event(
    database: &Database,
    provider: &str,
    received: &Received,
    event: &Value,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut conn = database.connect().await?;
    let kept = store::event_keep(&mut conn, provider, &received.id, &received.kind, event, now).await?;
    Ok(kept)
}
