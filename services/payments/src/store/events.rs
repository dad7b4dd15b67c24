//! The durable inbox of what the provider tells us.

use contracts::api::payments::{ProviderNoticeState, ProviderNoticeView};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Timestamp;
use platform::Connection;
use serde_json::Value;

use super::codes;
use super::schema::provider_notices as notices;

/// One that is to be worked off; nobody else takes it until the caller's transaction ends.
#[derive(Queryable)]
pub struct Waiting {
    pub event_id: String,
    pub kind: String,
    pub event: Option<Value>,
    pub attempts: i32,
}

/// Whether it is new.
pub async fn event_keep(
    conn: &mut Connection,
    provider: &str,
    event_id: &str,
    kind: &str,
    event: &Value,
    now: Timestamp,
) -> QueryResult<bool> {
    let kept = diesel::insert_into(notices::table)
        .values((
            notices::provider.eq(provider),
            notices::event_id.eq(event_id),
            notices::kind.eq(kind),
            notices::event.eq(event),
            notices::next_attempt_at.eq(now),
            notices::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(kept > 0)
}

pub async fn event_take(
    conn: &mut Connection,
    provider: &str,
    now: Timestamp,
) -> QueryResult<Option<Waiting>> {
    notices::table
        .filter(notices::provider.eq(provider))
        .filter(notices::state.eq("waiting"))
        .filter(notices::next_attempt_at.le(now))
        .order((notices::next_attempt_at, notices::received_at))
        .select((notices::event_id, notices::kind, notices::event, notices::attempts))
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()
}

/// Worked off; what it said is kept no longer.
pub async fn event_close(
    conn: &mut Connection,
    provider: &str,
    event_id: &str,
    state: ProviderNoticeState,
) -> QueryResult<()> {
    diesel::update(notices::table.find((provider, event_id)))
        .set((
            notices::state.eq(codes::code(state)),
            notices::event.eq(None::<Value>),
            notices::failure.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Tried in vain; without a next time it waits for a person.
pub async fn event_put_off(
    conn: &mut Connection,
    provider: &str,
    event_id: &str,
    failure: &str,
    next: Option<Timestamp>,
) -> QueryResult<()> {
    let this = || notices::table.find((provider, event_id)).filter(notices::state.eq("waiting"));
    let tried = (notices::attempts.eq(notices::attempts + 1), notices::failure.eq(failure));
    match next {
        Some(next) => {
            diesel::update(this()).set((tried, notices::next_attempt_at.eq(next))).execute(conn).await
        }
        None => diesel::update(this()).set((tried, notices::state.eq("failed"))).execute(conn).await,
    }?;
    Ok(())
}

pub async fn events_failed_count(conn: &mut Connection) -> QueryResult<i64> {
    notices::table.filter(notices::state.eq("failed")).count().get_result(conn).await
}

/// Newest first. Only what is known without reading the event.
pub async fn events_list_failed(conn: &mut Connection, at_most: i64) -> QueryResult<Vec<ProviderNoticeView>> {
    type Row = (String, String, String, i32, Option<String>, Timestamp);
    let rows: Vec<Row> = notices::table
        .filter(notices::state.eq("failed"))
        .order(notices::received_at.desc())
        .limit(at_most)
        .select((
            notices::provider,
            notices::event_id,
            notices::kind,
            notices::attempts,
            notices::failure,
            notices::received_at,
        ))
        .load(conn)
        .await?;
    let view = |(provider, event_id, kind, attempts, failure, received_at)| ProviderNoticeView {
        provider,
        event_id,
        kind,
        state: ProviderNoticeState::Failed,
        attempts,
        failure,
        received_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A person has seen to it: from the beginning again. Whether there was one.
pub async fn event_retry(
    conn: &mut Connection,
    provider: &str,
    event_id: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let this = notices::table.find((provider, event_id)).filter(notices::state.eq("failed"));
    let again = (notices::state.eq("waiting"), notices::attempts.eq(0), notices::next_attempt_at.eq(now));
    Ok(diesel::update(this).set(again).execute(conn).await? > 0)
}

/// Those that were worked off before `before`: by then the provider sends them no more.
pub async fn events_forget(conn: &mut Connection, before: Timestamp) -> QueryResult<usize> {
    let over = notices::table
        .filter(notices::state.eq_any(["handled", "ignored"]))
        .filter(notices::received_at.lt(before));
    diesel::delete(over).execute(conn).await
}
