//! Something has happened that somebody is to be told of. Here it is only written down; a worker sends it.

use chrono::TimeDelta;
use contracts::Envelope;
use contracts::messages::users::UserRegistered;
use diesel_async::AsyncConnection;
use kernel::Timestamp;
use platform::consumer::HandleError;
use platform::{Connection, Database, StoreError};
use serde_json::Value;
use tracing::{error, info};

use super::ShopChannels;
use crate::domain::{News, write};
use crate::{metrics, store};

/// After a week it is news no more, and whom it is for should be known within seconds.
const WAITS: TimeDelta = TimeDelta::days(7);

/// At once: what waits for one person is little.
const BATCH: i64 = 50;

/// Who they are. What waits for them is released by the worker, which sees it wherever the two cross.
pub async fn take_person(
    conn: &mut Connection,
    person: &UserRegistered,
    version: i64,
) -> Result<(), HandleError> {
    Ok(store::contact_save(conn, person, version).await?)
}

/// In the caller's transaction: a notification per channel, or the news itself until the person is known.
pub async fn take_news(
    conn: &mut Connection,
    channels: &ShopChannels,
    envelope: &Envelope<Value>,
    news: &News,
    now: Timestamp,
) -> Result<(), HandleError> {
    if !tell(conn, channels, envelope, news, now).await? {
        store::waiting_keep(conn, envelope, news.user_id(), now).await?;
    }
    Ok(())
}

/// False: we don't know them.
async fn tell(
    conn: &mut Connection,
    channels: &ShopChannels,
    envelope: &Envelope<Value>,
    news: &News,
    now: Timestamp,
) -> diesel::QueryResult<bool> {
    let Some((audience, name)) = store::audience_find(conn, news.user_id()).await? else { return Ok(false) };
    let channels = audience.channels(news.template(), &channels.0);
    if !channels.is_empty() {
        let letter = write(news, &name, audience.choice.locale);
        store::deliveries_open(conn, envelope, news, &letter, &channels, now).await?;
    }
    Ok(true)
}

/// Makes notifications of what waited for people who are known by now, and drops what has waited too long.
pub async fn release_waiting(
    database: &Database,
    channels: &ShopChannels,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut conn = database.connect().await?;
    let released = conn
        .transaction(async |conn| {
            let waiting = store::waiting_take(conn, BATCH).await?;
            for envelope in &waiting {
                match News::decode(envelope) {
                    Ok(Some(news)) => {
                        tell(conn, channels, envelope, &news, now).await?;
                    }
                    // It was decoded before it was kept: only another version of this service could have done that.
                    _ => error!(id = %envelope.id, "Dropped {} that waited: it is not known here", envelope.kind),
                }
            }
            Ok::<_, diesel::result::Error>(waiting.len())
        })
        .await?;
    for (event, user) in store::waiting_expire(&mut conn, now - WAITS).await? {
        metrics::EXPIRED.inc();
        error!(id = %event, user.id = %user, "Dropped news for {user}: users has not told us of them in {} days", WAITS.num_days());
    }
    if released > 0 {
        info!(released, "Released {released} news that waited for people");
    }
    Ok(released)
}
