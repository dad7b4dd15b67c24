//! Prometheus' answers as JSON, and what is in them.

use std::borrow::Cow;

use operator_scaling::Moment;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny};
use serde_json::Value;

use super::AskError;

/// One series at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub labels: Labels,
    /// As Prometheus has it: NaN and infinities too.
    pub value: f64,
    pub at: Moment,
}

/// Those that tell whose series it is; the others are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(default)]
pub struct Labels {
    pub namespace: String,
    pub stack: String,
    pub service: String,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data<'a> {
    #[serde(borrow)]
    Vector(Vec<Series<'a>>),
    #[serde(borrow)]
    Scalar(Point<'a>),
    Matrix(IgnoredAny),
    String(IgnoredAny),
}

#[derive(Deserialize)]
struct Series<'a> {
    #[serde(default)]
    metric: Labels,
    /// Native histograms have none.
    #[serde(borrow)]
    value: Option<Point<'a>>,
}

/// Seconds, and the number as text, for JSON has no NaN.
#[derive(Deserialize)]
struct Point<'a>(#[serde(deserialize_with = "moment")] Moment, #[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "errorType")]
    kind: String,
    error: String,
}

pub fn instant(body: &[u8]) -> Result<Vec<Sample>, AskError> {
    let shape = |what: &str| AskError::WrongShape(format!("{what} instead of one number or one series"));
    match parse::<Answer<'_>>(body)?.data {
        Some(Data::Vector(series)) => series
            .into_iter()
            .map(|series| sample(series.metric, series.value.ok_or_else(|| shape("a histogram"))?))
            .collect(),
        Some(Data::Scalar(point)) => Ok(vec![sample(Labels::default(), point)?]),
        Some(Data::Matrix(_)) => Err(shape("a matrix")),
        Some(Data::String(_)) => Err(shape("a string")),
        None => Err(not_prometheus()),
    }
}

/// The answer as it came.
pub fn whole(body: &[u8]) -> Result<Value, AskError> {
    parse(body)
}

/// The type and the text of a refusal in Prometheus' own words.
pub fn error(body: &[u8]) -> Option<(String, String)> {
    serde_json::from_slice::<Refusal>(body).ok().map(|refusal| (refusal.kind, refusal.error))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, AskError> {
    serde_json::from_slice(body).map_err(|_| not_prometheus())
}

fn not_prometheus() -> AskError {
    AskError::unreachable("what answers there is not Prometheus: check the URL")
}

fn sample(labels: Labels, Point(at, value): Point<'_>) -> Result<Sample, AskError> {
    let value = value.parse().map_err(|_| not_prometheus())?;
    Ok(Sample { labels, value, at })
}

#[expect(clippy::cast_possible_truncation, reason = "casts to integers saturate")]
fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Moment, D::Error> {
    let seconds = f64::deserialize(from)?;
    if seconds.is_finite() {
        Ok(Moment((seconds * 1000.0).round() as i64))
    } else {
        Err(D::Error::custom("no time"))
    }
}
