//! PayPal's own account of what moved: its report of transactions, which lags by up to three hours.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use contracts::api::payments::TransactionKind;
use kernel::{Money, Timestamp};

use super::api::Api;
use super::objects::Transaction;
use crate::domain::{BookEntry, BookPage, Key};

/// As long as one report may be.
const SPAN: TimeDelta = TimeDelta::days(31);

pub const LAG: TimeDelta = TimeDelta::hours(3);

/// The whole span that the cursor begins; the cursor is the end of the last one.
pub async fn page(api: &Api, cursor: Option<&str>, now: Timestamp) -> Option<BookPage> {
    let until = now - LAG;
    let read_to = cursor.and_then(|seconds| Timestamp::from_timestamp(seconds.parse().ok()?, 0));
    let from = read_to.unwrap_or(until - SPAN);
    if from >= until {
        return Some(BookPage { entries: Vec::new(), cursor: cursor.map(str::to_owned) });
    }
    let end = (from + SPAN).min(until);
    let transactions = span(api, from, end).await?;
    let mut entries: Vec<BookEntry> = transactions.iter().filter_map(entry).collect();
    entries.sort_by_key(|entry| entry.at);
    Some(BookPage { entries, cursor: Some(end.timestamp().to_string()) })
}

/// The authorisation under this key, if there is one; `None`: that can't be told now.
pub async fn find_authorization(
    api: &Api,
    key: &Key,
    from: Timestamp,
    now: Timestamp,
) -> Option<Option<String>> {
    let transactions = span(api, from, (from + SPAN).min(now)).await?;
    let found = transactions.into_iter().find(|one| {
        one.custom_field.as_deref() == Some(key.as_str()) && kind(one) == Some(TransactionKind::Authorization)
    });
    Some(found.map(|one| one.transaction_id))
}

async fn span(api: &Api, from: Timestamp, end: Timestamp) -> Option<Vec<Transaction>> {
    let [from, end] = [from, end].map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let mut all = Vec::new();
    let mut page: u32 = 1;
    loop {
        let number = page.to_string();
        let query = [
            ("start_date", from.as_str()),
            ("end_date", end.as_str()),
            ("fields", "transaction_info"),
            ("page_size", "500"),
            ("page", number.as_str()),
        ];
        let report = api.report(&query).await.ok()?;
        all.extend(report.transaction_details.into_iter().map(|detail| detail.transaction_info));
        if page >= report.total_pages {
            return Some(all);
        }
        page += 1;
    }
}

fn entry(transaction: &Transaction) -> Option<BookEntry> {
    let kind = kind(transaction)?;
    let amount = transaction.transaction_amount.money()?;
    // Captures inherit the key of their authorisation, which is not theirs.
    let key = (kind == TransactionKind::Authorization || kind == TransactionKind::Refund)
        .then(|| transaction.custom_field.as_deref().and_then(Key::parse))
        .flatten();
    // A void is known by what it lets go.
    let reference = match kind {
        TransactionKind::Void => transaction.paypal_reference_id.clone()?,
        TransactionKind::Authorization | TransactionKind::Capture | TransactionKind::Refund => {
            transaction.transaction_id.clone()
        }
    };
    Some(BookEntry {
        reference,
        kind,
        amount: Some(Money::new(amount.amount_minor.abs(), amount.currency)),
        key,
        at: at(&transaction.transaction_initiation_date)?,
    })
}

/// By PayPal's event codes: T00 payments, T11 refunds, T1300 authorisations, T1302 voids.
fn kind(transaction: &Transaction) -> Option<TransactionKind> {
    if !["S", "P"].contains(&transaction.transaction_status.as_str()) {
        return None;
    }
    match transaction.transaction_event_code.as_str() {
        "T1300" => Some(TransactionKind::Authorization),
        "T1302" => Some(TransactionKind::Void),
        "T1107" => Some(TransactionKind::Refund),
        code if code.starts_with("T00") => Some(TransactionKind::Capture),
        _ => None,
    }
}

/// With an offset that has no colon, which RFC 3339 would want.
fn at(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"))
        .ok()
        .map(|at| at.with_timezone(&Utc))
}
