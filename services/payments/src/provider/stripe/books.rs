//! Stripe's own account of what moved: its list of events, which goes back thirty days.

use chrono::TimeDelta;
use contracts::api::payments::TransactionKind;
use kernel::Timestamp;

use super::api::Api;
use super::events::{Story, story};
use super::objects::Event;
use crate::domain::{BookEntry, BookPage};

/// What is read at once; the cursor is the end of the last such span.
const SPAN: TimeDelta = TimeDelta::days(1);

const OLDEST: TimeDelta = TimeDelta::days(30);

/// Events of the last moments may still be on their way into the list.
const LAG: TimeDelta = TimeDelta::minutes(1);

const KINDS: [&str; 4] = [
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "refund.created",
];

pub async fn page(api: &Api, cursor: Option<&str>, now: Timestamp) -> Option<BookPage> {
    let until = now - LAG;
    let read_to = cursor.and_then(|seconds| Timestamp::from_timestamp(seconds.parse().ok()?, 0));
    let mut from = read_to.unwrap_or(now - OLDEST);
    // A day on which nothing happened is no end.
    while from < until {
        let end = (from + SPAN).min(until);
        let entries = span(api, from, end).await?;
        if !entries.is_empty() {
            return Some(BookPage { entries, cursor: Some(end.timestamp().to_string()) });
        }
        from = end;
    }
    Some(BookPage { entries: Vec::new(), cursor: Some(from.timestamp().to_string()) })
}

/// Oldest first, `end` not included.
async fn span(api: &Api, from: Timestamp, end: Timestamp) -> Option<Vec<BookEntry>> {
    let (from, end) = (from.timestamp().to_string(), end.timestamp().to_string());
    let mut entries = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut query =
            vec![("created[gte]", from.as_str()), ("created[lt]", end.as_str()), ("limit", "100")];
        query.extend(KINDS.map(|kind| ("types[]", kind)));
        query.extend(after.iter().map(|id| ("starting_after", id.as_str())));
        let list = api.events(&query).await.ok()?;
        let last = list.data.last().map(|event| event.id.clone());
        entries.extend(list.data.into_iter().filter_map(entry));
        if !list.has_more || last.is_none() {
            entries.reverse();
            return Some(entries);
        }
        after = last;
    }
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
