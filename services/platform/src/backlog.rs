//! How much waits in the outbox and since when. Apart from the relay, so that it shows what waits when the relay can't work.

use std::time::Duration;

use contracts::Role;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use kernel::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::{Database, StoreError, metrics, tasks};

const EVERY: Duration = Duration::from_secs(5);

/// Counting goes no further: a long outbox must not be made longer by counting it.
pub(crate) const COUNTED: i64 = 10_000;

#[derive(QueryableByName)]
struct Backlog {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<Timestamp>,
}

pub(crate) async fn watch(role: Role, database: Database, clock: Clock, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match look(&database).await {
            Ok(Backlog { waiting, since }) => {
                let lag = since.map_or(0, |since| (clock.now() - since).num_seconds().max(0));
                metrics::OUTBOX_WAITING.with_label_values(&[role.name()]).set(waiting);
                metrics::OUTBOX_LAG_SECONDS.with_label_values(&[role.name()]).set(lag);
            }
            // The relay is the one that warns.
            Err(error) => debug!(%role, cause = ?error, "Could not look into the outbox: {error}"),
        }
        tasks::pause(EVERY, &shutdown).await;
    }
}

async fn look(database: &Database) -> Result<Backlog, StoreError> {
    let query = "SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1) AS counted) AS waiting,
                        (SELECT occurred_at FROM outbox ORDER BY position LIMIT 1) AS since";
    let mut conn = database.connect().await?;
    Ok(diesel::sql_query(query).bind::<BigInt, _>(COUNTED).get_result(&mut conn).await?)
}
