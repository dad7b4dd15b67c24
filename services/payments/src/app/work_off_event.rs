//! Makes of a kept event what it means for a payment, in one transaction with the mark that it was worked off.

use std::sync::Arc;

use chrono::TimeDelta;
use contracts::api::payments::ProviderNoticeState;
use diesel_async::AsyncConnection;
use kernel::{Clock, Timestamp};
use platform::{Connection, Database, StoreError};
use tracing::{error, info, warn};

use super::take_notice::{Noticed, take_notice};
use crate::provider::Webhooks;
use crate::store::{self, Waiting};

/// In seconds; after the last one it waits for a person.
const PAUSES: [i64; 6] = [1, 5, 30, 120, 600, 3_600];

/// By then no provider sends an event once more.
const KEPT_FOR: TimeDelta = TimeDelta::days(90);

#[derive(Clone)]
pub struct EventReader {
    pub database: Database,
    pub clock: Clock,
    pub provider: &'static str,
    pub webhooks: Arc<dyn Webhooks>,
}

/// A statement failed while this one was being worked off.
struct Undone {
    waiting: Option<(String, i32)>,
    cause: diesel::result::Error,
}

impl From<diesel::result::Error> for Undone {
    fn from(cause: diesel::result::Error) -> Self {
        Self { waiting: None, cause }
    }
}

impl EventReader {
    /// Takes the next one that is due; whether there was one.
    pub async fn work_off(&self) -> Result<bool, StoreError> {
        let mut conn = self.database.connect().await?;
        let now = self.clock.now();
        let done = conn.transaction(async |conn| self.work_off_in(conn, now).await).await;
        let Undone { waiting, cause } = match done {
            Ok(found) => return Ok(found),
            Err(undone) => undone,
        };
        let (Some((id, attempts)), StoreError::Query(cause)) = (waiting, StoreError::from(cause)) else {
            return Err(StoreError::Unavailable("the transaction broke".to_owned()));
        };
        warn!(event = id, error = %cause, "Could not work event {id} off: {cause}");
        let next = next_attempt(attempts, now);
        store::event_put_off(&mut conn, self.provider, &id, "a statement failed", next).await?;
        Ok(true)
    }

    async fn work_off_in(&self, conn: &mut Connection, now: Timestamp) -> Result<bool, Undone> {
        let Some(waiting) = store::event_take(conn, self.provider, now).await? else { return Ok(false) };
        let (id, attempts) = (waiting.event_id.clone(), waiting.attempts);
        let working = self.understand(conn, waiting, now).await;
        working.map_err(|cause| Undone { waiting: Some((id, attempts)), cause })?;
        Ok(true)
    }

    async fn understand(
        &self,
        conn: &mut Connection,
        event: Waiting,
        now: Timestamp,
    ) -> diesel::QueryResult<()> {
        let (provider, Waiting { event_id: id, kind, attempts, .. }) = (self.provider, &event);
        let read = self.webhooks.notice(&event.event.clone().unwrap_or_default());
        let notice = match read {
            Ok(Some(notice)) => notice,
            Ok(None) => {
                return store::event_close(conn, provider, id, ProviderNoticeState::Ignored).await;
            }
            // Only a newer release could read it: no use in trying again by ourselves.
            Err(unreadable) => {
                error!(event = id, kind, "Event {id} ({kind}) can't be read: {unreadable}");
                return store::event_put_off(conn, provider, id, &unreadable.to_string(), None).await;
            }
        };
        match take_notice(conn, provider, &notice, now).await? {
            Noticed::Applied | Noticed::Known => {
                info!(event = id, kind, "Worked event {id} ({kind}) off");
                store::event_close(conn, provider, id, ProviderNoticeState::Handled).await
            }
            Noticed::Stranger => store::event_close(conn, provider, id, ProviderNoticeState::Ignored).await,
            Noticed::NotYet => {
                let next = next_attempt(*attempts, now);
                store::event_put_off(conn, provider, id, "an operation is still under way", next).await
            }
        }
    }

    /// Forgets what was worked off long ago, and counts what waits for a person.
    pub async fn tidy(&self) -> Result<i64, StoreError> {
        let mut conn = self.database.connect().await?;
        store::events_forget(&mut conn, self.clock.now() - KEPT_FOR).await?;
        Ok(store::events_failed_count(&mut conn).await?)
    }
}

fn next_attempt(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    let pause = PAUSES.get(usize::try_from(attempts).ok()?)?;
    Some(now + TimeDelta::seconds(*pause))
}
