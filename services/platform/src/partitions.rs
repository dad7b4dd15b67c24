//! Tables that are partitioned by month: made ahead of time, and dropped whole when they are old enough.
//!
//! A migration creates the parent `PARTITION BY RANGE (key)` and nothing else; `<table>_p2026_11` and its neighbours are the
//! matter of the upkeep task. See docs/adr/0014-partitions-by-month.md.

mod month;
mod plan;
mod upkeep;

pub(crate) use plan::Expiry;
pub(crate) use upkeep::{Table, Upkeep};

use crate::{ConfigError, Settings};

/// One partitioned table of a role. List a table before those that its foreign keys point to: partitions are dropped in
/// this order, and Postgres lets none go that is still referenced.
#[derive(Clone, Copy, Debug)]
pub struct Partitioned {
    pub table: &'static str,
    pub key: Key,
    pub retention: Retention,
}

/// The column that a row's month is taken from.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// A `timestamptz`.
    Time(&'static str),
    /// A `uuid` of version 7, which begins with the time at which it was made.
    UuidV7(&'static str),
}

/// How long a partition stays after its month has ended; that of this month and of the last one always stay.
#[derive(Clone, Copy, Debug)]
pub enum Retention {
    Forever,
    Days(u16),
    /// Days in the variable of this name, else this many; `0` is for ever.
    Setting(&'static str, u16),
    /// Until it is empty: for a table whose rows are deleted one by one when they have served.
    WhenEmpty,
}

impl Retention {
    fn expiry(self, settings: &Settings) -> Result<Expiry, ConfigError> {
        Ok(match self {
            Self::Forever => Expiry::Never,
            Self::Days(days) => Expiry::AfterDays(days),
            Self::Setting(name, default) => match settings.parsed_or(name, default)? {
                0 => Expiry::Never,
                days => Expiry::AfterDays(days),
            },
            Self::WhenEmpty => Expiry::WhenEmpty,
        })
    }
}

impl Partitioned {
    pub(crate) fn configured(self, settings: &Settings) -> Result<Table, ConfigError> {
        Ok(Table { name: self.table, key: self.key, expiry: self.retention.expiry(settings)? })
    }
}
