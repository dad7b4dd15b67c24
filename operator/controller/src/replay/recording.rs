//! What was measured, as a file: an object with one entry for each metric of the policy, by its name.
//!
//! An entry is a list of `[seconds, "value"]`, or an answer of Prometheus' `/api/v1/query_range` as it came. Of a service
//! with a queue there may be two more, whose names no metric can have; without them nothing waits.

use std::collections::BTreeMap;
use std::time::Duration;

use operator_scaling::{Backlog, Moment, NoData, Policy, Reading};
use serde::Deserialize;
use serde_json::{Value, json};

pub const WAITING: &str = "queue.waiting";
pub const UNACKNOWLEDGED: &str = "queue.unacknowledged";

/// Samples in the order of time.
pub type Series = Vec<(Moment, f64)>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording(pub BTreeMap<String, Series>);

/// Seconds, and a number that may be text, for JSON has no NaN.
#[derive(Deserialize)]
#[serde(untagged)]
enum Point {
    Text(f64, String),
    Number(f64, f64),
}

impl Recording {
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries: BTreeMap<String, Value> =
            serde_json::from_str(text).map_err(|error| format!("is no JSON object: {error}"))?;
        let read = |(name, value)| match series(&value) {
            Ok(series) => Ok((name, series)),
            Err(why) => Err(format!("{name}: {why}")),
        };
        entries.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub fn text(&self) -> String {
        let point = |(at, value): &(Moment, f64)| json!([seconds(*at), value.to_string()]);
        let lists = self.0.iter().map(|(name, series)| (name, series.iter().map(point).collect::<Vec<_>>()));
        let object: BTreeMap<_, _> = lists.collect();
        serde_json::to_string(&object).expect("lists of numbers are JSON")
    }

    /// Says which metric of `policy` is missing, or that there are no samples at all.
    pub fn check(&self, policy: &Policy) -> Result<(), String> {
        let names = policy.metrics.iter().map(|metric| &metric.name);
        if let Some(missing) = names.into_iter().find(|name| !self.0.contains_key(*name)) {
            let there: Vec<&str> = self.0.keys().map(String::as_str).collect();
            return Err(format!("{missing}: is missing; there are: {}", there.join(", ")));
        }
        self.span().map(drop).ok_or_else(|| "has no samples".to_owned())
    }

    /// The first and the last moment.
    pub fn span(&self) -> Option<(Moment, Moment)> {
        let moments = || self.0.values().flatten().map(|(at, _)| *at);
        moments().min().zip(moments().max())
    }

    /// The least time between two samples of a series; none at all where there are no two.
    pub fn step(&self) -> Duration {
        let gaps =
            self.0.values().flat_map(|series| series.windows(2).map(|pair| pair[1].0.since(pair[0].0)));
        gaps.filter(|gap| !gap.is_zero()).min().unwrap_or_default()
    }

    /// What was known at `now` from samples no older than `age`.
    pub fn at(&self, now: Moment, age: Duration, policy: &Policy) -> (Vec<Reading>, Option<Backlog>) {
        let value = |name: &str| {
            let series = self.0.get(name).map_or([].as_slice(), Vec::as_slice);
            let until = series.partition_point(|(at, _)| *at <= now);
            series[..until].last().filter(|(at, _)| now.since(*at) <= age)
        };
        let reading = |name: &str| match value(name) {
            Some((at, value)) if value.is_finite() && *value >= 0.0 => {
                Reading::Value { value: *value, at: *at }
            }
            Some(_) => Reading::Missing(NoData::NotANumber),
            None => Reading::Missing(NoData::Empty),
        };
        let number = |name| match reading(name) {
            _ if !self.0.contains_key(name) => Some(0.0),
            Reading::Value { value, .. } => Some(value),
            Reading::Missing(_) => None,
        };
        let readings = policy.metrics.iter().map(|metric| reading(&metric.name)).collect();
        let backlog = number(WAITING).zip(number(UNACKNOWLEDGED));
        let backlog = backlog.map(|(waiting, unacknowledged)| Backlog { waiting, unacknowledged });
        (readings, backlog.filter(|_| policy.queue))
    }
}

/// One series, in either of the two forms.
pub fn series(value: &Value) -> Result<Series, String> {
    let points = match value {
        Value::Array(_) => value,
        answer => match answer["data"]["result"].as_array().map(Vec::as_slice) {
            Some([one]) => &one["values"],
            Some([]) => return Ok(Series::new()),
            Some(many) => return Err(format!("has {} series, and one is right", many.len())),
            None => return Err("is neither a list nor an answer of query_range".to_owned()),
        },
    };
    let points: Vec<Point> = serde_json::from_value(points.clone())
        .map_err(|_| "its samples are not of the form [seconds, \"value\"]".to_owned())?;
    let mut series = points.into_iter().map(sample).collect::<Result<Series, _>>()?;
    series.sort_by_key(|(at, _)| *at);
    Ok(series)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "casts to integers saturate, and times outside are refused"
)]
fn sample(point: Point) -> Result<(Moment, f64), String> {
    let (seconds, value) = match point {
        Point::Text(seconds, text) => {
            (seconds, text.parse().map_err(|_| format!("the value {text:?} is no number"))?)
        }
        Point::Number(seconds, value) => (seconds, value),
    };
    // The year 9999: seconds, not milliseconds.
    if !(0.0..253_402_300_800.0).contains(&seconds) {
        return Err(format!("{seconds} is no time in seconds"));
    }
    Ok((Moment((seconds * 1000.0).round() as i64), value))
}

fn seconds(moment: Moment) -> f64 {
    moment.0 as f64 / 1000.0
}
