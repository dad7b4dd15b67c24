//! Events that could not be worked off, for a person to see to.

use contracts::api::payments::ProviderNoticeView;
use kernel::Timestamp;
use platform::{Database, Problem};
use tracing::info;

use crate::store;

pub async fn list_failed(database: &Database, at_most: i64) -> Result<Vec<ProviderNoticeView>, Problem> {
    let mut conn = database.connect().await?;
    Ok(store::events_list_failed(&mut conn, at_most).await?)
}

pub async fn retry_event(
    database: &Database,
    provider: &str,
    event_id: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let mut conn = database.connect().await?;
    if !store::event_retry(&mut conn, provider, event_id, now).await? {
        return Err(Problem::not_found());
    }
    info!(event = event_id, "Event {event_id} of {provider} is tried again");
    Ok(())
}
