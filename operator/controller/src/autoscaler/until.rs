//! How long a hold lasts, as the annotation says it.

use std::fmt;

use k8s_openapi::jiff::{SignedDuration, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Time(Timestamp),
    Forever,
}

impl Until {
    pub const FOREVER: &str = "forever";

    /// RFC 3339, or `forever`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            Self::FOREVER => Some(Self::Forever),
            time => time.parse().ok().map(Self::Time),
        }
    }

    /// In whole seconds.
    pub fn after(now: Timestamp, lasting: std::time::Duration) -> Self {
        let seconds = i64::try_from(lasting.as_secs()).unwrap_or(i64::MAX);
        let end = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        Self::Time(Timestamp::from_second(end.as_second()).unwrap_or(end))
    }

    pub fn over(self, now: Timestamp) -> bool {
        match self {
            Self::Time(end) => end <= now,
            Self::Forever => false,
        }
    }

    pub fn later(self, other: Self) -> Self {
        match (self, other) {
            (Self::Time(one), Self::Time(two)) => Self::Time(one.max(two)),
            _ => Self::Forever,
        }
    }

    /// For a column: `until 14:05Z`, with the day where that is not today; `forever`.
    pub fn short(self, now: Timestamp) -> String {
        match self {
            Self::Time(end) if end.strftime("%F").to_string() == now.strftime("%F").to_string() => {
                format!("until {}", end.strftime("%H:%MZ"))
            }
            Self::Time(end) => format!("until {}", end.strftime("%FT%H:%MZ")),
            Self::Forever => Self::FOREVER.to_owned(),
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(end) => write!(f, "{end}"),
            Self::Forever => f.write_str(Self::FOREVER),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let now: Timestamp = "2026-11-22T13:35:00.25Z".parse().unwrap();
        let half_an_hour = Until::after(now, Duration::from_secs(1800));
        assert_eq!(half_an_hour.to_string(), "2026-11-22T14:05:00Z");
        for until in [half_an_hour, Until::Forever] {
            assert_eq!(Until::parse(&until.to_string()), Some(until));
        }
        assert_eq!(Until::parse("2026-11-22T15:05:00+01:00"), Some(half_an_hour));
        assert_eq!(Until::parse("tomorrow"), None);
    }

    #[test]
    fn the_day_is_said_where_it_is_not_today() {
        let now: Timestamp = "2026-11-22T13:35:00Z".parse().unwrap();
        let short = |text: &str| Until::parse(text).unwrap().short(now);
        assert_eq!(short("2026-11-22T14:05:59Z"), "until 14:05Z");
        assert_eq!(short("2026-11-23T00:05:00Z"), "until 2026-11-23T00:05Z");
        assert_eq!(short("forever"), "forever");
    }

    #[test]
    fn forever_is_later_than_any_time() {
        let early = Until::parse("2026-11-22T14:05:00Z").unwrap();
        let late = Until::parse("2027-11-22T14:05:00Z").unwrap();
        assert_eq!((early.later(late), late.later(early)), (late, late));
        assert_eq!(late.later(Until::Forever), Until::Forever);
    }
}
