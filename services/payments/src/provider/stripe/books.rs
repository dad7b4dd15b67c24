//! Stripe's own account of what moved: its list of events.

use chrono::TimeDelta;
use contracts::api::payments::TransactionKind;
use kernel::Timestamp;

use super::api::Api;
use super::events::{Story, story};
use super::objects::{Event, List};
use crate::domain::{BookEntry, BookPage};

/// As far as reconciliation looks back; Stripe keeps events for longer.
const OLDEST: TimeDelta = TimeDelta::days(7);

/// A span with more than fits into one list is halved, but not below this.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);

/// Events of the last moments may still be on their way into the list.
pub const LAG: TimeDelta = TimeDelta::minutes(1);

const KINDS: [&str; 4] = [
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "refund.created",
];

/// The cursor is the end of what has been read. A span in which no money moved is no end.
pub async fn page(api: &Api, cursor: Option<&str>, now: Timestamp) -> Option<BookPage> {
    let until = now - LAG;
    let read_to = cursor.and_then(|seconds| Timestamp::from_timestamp(seconds.parse().ok()?, 0));
    let mut from = read_to.unwrap_or(now - OLDEST);
    let mut entries = Vec::new();
    while from < until && entries.is_empty() {
        let (events, end) = span(api, from, until).await?;
        entries = events.into_iter().rev().filter_map(entry).collect();
        from = end;
    }
    Some(BookPage { entries, cursor: Some(from.timestamp().to_string()) })
}

/// The events from `from` on, newest first, and where they end: at `until`, or earlier where there are many.
async fn span(api: &Api, from: Timestamp, until: Timestamp) -> Option<(Vec<Event>, Timestamp)> {
    let mut end = until;
    loop {
        let list = list(api, from, end, None).await?;
        let length = end - from;
        if list.has_more && length > SHORTEST {
            end = from + length / 2;
            continue;
        }
        let (mut events, mut has_more) = (list.data, list.has_more);
        while has_more {
            let more = self::list(api, from, end, events.last().map(|event| event.id.as_str())).await?;
            has_more = more.has_more && !more.data.is_empty();
            events.extend(more.data);
        }
        return Some((events, end));
    }
}

async fn list(api: &Api, from: Timestamp, end: Timestamp, after: Option<&str>) -> Option<List<Event>> {
    let (from, end) = (from.timestamp().to_string(), end.timestamp().to_string());
    let mut query = vec![("created[gte]", from.as_str()), ("created[lt]", end.as_str()), ("limit", "100")];
    query.extend(KINDS.map(|kind| ("types[]", kind)));
    query.extend(after.map(|id| ("starting_after", id)));
    api.events(&query).await.ok()
}

fn entry(event: Event) -> Option<BookEntry> {
    let at = Timestamp::from_timestamp(event.created, 0)?;
    let story = story(event).ok()??;
    let (key, amount) = (story.key(), story.amount());
    let (kind, reference) = match story {
        Story::Authorized(intent) => (TransactionKind::Authorization, intent.id),
        Story::Captured(intent) => (TransactionKind::Capture, intent.charge_id()?.to_owned()),
        Story::Voided(intent) => (TransactionKind::Void, intent.id),
        Story::Refunded(refund) => (TransactionKind::Refund, refund.id),
        Story::Declined(_) | Story::ChargedBack(_) => return None,
    };
    Some(BookEntry { reference, kind, amount, key, at })
}
