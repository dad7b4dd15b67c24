//! A calendar month in UTC, and where it begins in time and among UUIDs. Pure.

use chrono::{Datelike, TimeZone, Utc};
use kernel::Timestamp;
use uuid::Uuid;

use super::Key;

/// Months since the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(i32);

impl Month {
    pub fn of(at: Timestamp) -> Self {
        Self(at.year() * 12 + at.month0().cast_signed())
    }

    pub fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    fn year_and_number(self) -> (i32, u32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12).cast_unsigned() + 1)
    }

    pub fn start(self) -> Timestamp {
        let (year, number) = self.year_and_number();
        Utc.with_ymd_and_hms(year, number, 1, 0, 0, 0).single().expect("months of our era begin once in UTC")
    }

    /// The smallest UUIDv7 that is made in this month.
    fn first_uuid(self) -> Uuid {
        let since_1970 = u64::try_from(self.start().timestamp_millis()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(since_1970, &[0; 10]).into_uuid()
    }

    /// The first key of the month, as Postgres reads it.
    fn first_key(self, key: Key) -> String {
        match key {
            Key::Time(_) => self.start().to_rfc3339(),
            Key::UuidV7(_) => self.first_uuid().to_string(),
        }
    }

    /// The first key that is in the month, and the first one after it.
    pub fn bounds(self, key: Key) -> (String, String) {
        (self.first_key(key), self.plus(1).first_key(key))
    }

    /// `movements_p2026_11`.
    pub fn partition_of(self, table: &str) -> String {
        let (year, number) = self.year_and_number();
        format!("{table}_p{year:04}_{number:02}")
    }

    /// The end of [`Month::partition_of`]; `None` for a name that was not made by it.
    pub fn of_partition(table: &str, name: &str) -> Option<Self> {
        let (year, number) = name.strip_prefix(table)?.strip_prefix("_p")?.split_once('_')?;
        let month = Self(year.parse::<i32>().ok()? * 12 + number.parse::<i32>().ok()? - 1);
        (month.partition_of(table) == name).then_some(month)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const AT: Key = Key::Time("at");
    const ID: Key = Key::UuidV7("id");

    fn november() -> Month {
        Month::of("2026-11-22T14:03:53Z".parse().unwrap())
    }

    #[test]
    fn the_bounds_of_a_month_are_its_first_moment_and_the_next_ones() {
        let expected = ("2026-11-01T00:00:00+00:00".to_owned(), "2026-12-01T00:00:00+00:00".to_owned());
        assert_eq!(november().bounds(AT), expected);
    }

    #[test]
    fn the_bounds_among_uuids_are_the_smallest_of_version_7() {
        let (from, to) = november().bounds(ID);
        assert_eq!(from, "01a19467-e800-7000-8000-000000000000");
        assert_eq!(to, "01a22ee6-b000-7000-8000-000000000000");
    }

    #[test]
    fn a_year_ends_with_december() {
        let december = november().plus(1);
        assert_eq!(december.partition_of("movements"), "movements_p2026_12");
        assert_eq!(december.plus(1).partition_of("movements"), "movements_p2027_01");
    }

    #[test]
    fn only_names_of_partitions_are_months() {
        for name in ["t_p2026_13", "t_p2026_1", "t_p2026_00", "t_default", "u_p2026_11", "t_p_11", "t"] {
            assert_eq!(Month::of_partition("t", name), None, "{name}");
        }
    }

    proptest! {
        /// 1970 to 2200, the first and last moments of months among them.
        #[test]
        fn each_moment_is_in_exactly_one_month(seconds in 0_i64..7_258_000_000, step in -1_i64..=1) {
            let any = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
            for at in [any, Month::of(any).start() + TimeDelta::microseconds(step.max(-seconds))] {
                let month = Month::of(at);
                let holds = |month: Month| (month.start()..month.plus(1).start()).contains(&at);
                prop_assert!(holds(month) && !holds(month.plus(1)) && !holds(month.plus(-1)));
            }
        }

        #[test]
        fn each_uuid_is_in_the_month_in_which_it_was_made(millis in 0_u64..7_258_000_000_000, tail: [u8; 10]) {
            let id = uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid();
            let at = chrono::DateTime::from_timestamp_millis(i64::try_from(millis).unwrap()).unwrap();
            let month = Month::of(at);
            prop_assert!((month.first_uuid()..month.plus(1).first_uuid()).contains(&id));
        }

        #[test]
        fn a_partition_s_name_names_its_month(months in 0_i32..36_000) {
            let month = Month(months);
            prop_assert_eq!(Month::of_partition("t", &month.partition_of("t")), Some(month));
        }
    }
}
