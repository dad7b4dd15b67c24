//! Which partitions are missing and which have had their time. Pure.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use kernel::Timestamp;

use super::month::Month;

/// How many months ahead there are partitions.
const AHEAD: i32 = 3;

/// When a partition of a month that has ended goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Expiry {
    Never,
    AfterDays(u16),
    WhenEmpty,
}

/// From last month, for what began then or whose clock is behind, to [`AHEAD`] months from now.
fn needed(now: Timestamp) -> impl Iterator<Item = Month> {
    (-1..=AHEAD).map(move |offset| Month::of(now).plus(offset))
}

pub(crate) fn missing(now: Timestamp, existing: &BTreeSet<Month>) -> Vec<Month> {
    needed(now).filter(|month| !existing.contains(month)).collect()
}

/// Never one that is needed: it would be made again in the next hour.
pub(crate) fn expired(now: Timestamp, existing: &BTreeSet<Month>, expiry: Expiry) -> Vec<Month> {
    let is_old = |month: &Month| match expiry {
        Expiry::Never => false,
        Expiry::AfterDays(days) => month.plus(1).start() + TimeDelta::days(days.into()) <= now,
        Expiry::WhenEmpty => true,
    };
    existing.iter().copied().filter(|month| *month < Month::of(now).plus(-1) && is_old(month)).collect()
}

/// How many of the months after this one have their partition, up to the first that has none.
pub(crate) fn months_ahead(now: Timestamp, existing: &BTreeSet<Month>) -> usize {
    (1..).take_while(|offset| existing.contains(&Month::of(now).plus(*offset))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn names(months: impl IntoIterator<Item = Month>) -> Vec<String> {
        months.into_iter().map(|month| month.partition_of("t")).collect()
    }

    #[test]
    fn last_month_to_three_ahead_are_needed_and_what_is_there_is_left_alone() {
        let now = at("2026-11-22T14:00:00Z");
        let existing = BTreeSet::from([Month::of(now), Month::of(now).plus(2)]);
        assert_eq!(names(missing(now, &existing)), ["t_p2026_10", "t_p2026_12", "t_p2027_02"]);
        assert_eq!(months_ahead(now, &existing), 0);
        assert_eq!(months_ahead(now, &needed(now).collect()), 3);
    }

    #[test]
    fn a_month_goes_when_all_of_it_is_past_retention() {
        let existing: BTreeSet<Month> = needed(at("2026-08-01T00:00:00Z")).collect();
        let gone = |now, expiry| names(expired(at(now), &existing, expiry));
        let days = Expiry::AfterDays(30);
        assert_eq!(gone("2026-09-29T23:59:59Z", days), ["t_p2026_07"]);
        assert_eq!(gone("2026-10-01T00:00:00Z", days), ["t_p2026_07", "t_p2026_08"]);
        assert_eq!(gone("2036-10-01T00:00:00Z", Expiry::Never), Vec::<String>::new());
    }

    #[test]
    fn what_is_needed_never_goes_however_short_its_retention() {
        let now = at("2026-11-30T23:59:59Z");
        let existing: BTreeSet<Month> = needed(now).collect();
        for expiry in [Expiry::AfterDays(1), Expiry::WhenEmpty] {
            assert_eq!(expired(now, &existing, expiry), vec![]);
        }
    }
}
