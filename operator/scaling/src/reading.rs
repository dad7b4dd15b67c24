//! What Prometheus said, or why it said nothing.

use std::time::Duration;

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// Zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// One metric at one tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Finite and not negative.
    Value {
        value: f64,
        at: Moment,
    },
    Missing(NoData),
}

/// Why there is no value. Never to be taken for zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoData {
    /// No series.
    Empty,
    /// NaN, infinite or negative.
    NotANumber,
    /// Older than three scrapes.
    Stale,
    ManySeries(usize),
    /// A matrix or a string.
    WrongShape(String),
    /// Prometheus refused: credentials, rate, a query that does not parse. Says what it said.
    Refused(String),
    /// No answer in time, or one that is not Prometheus'.
    Unreachable(String),
    /// There is no Prometheus to ask.
    Disabled,
}

/// What is in a consumer's queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backlog {
    pub waiting: f64,
    pub unacknowledged: f64,
}
