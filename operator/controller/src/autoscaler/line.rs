//! What there is to say about the scaling of one service.

use operator_api::{AutoscalingStatus, ScalingMode};
use operator_scaling::{HeldBack, Moment, NoData};

use super::hold::Mark;
use super::view::HOLD_UNTIL;
use crate::clock::timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub mode: ScalingMode,
    /// What was decided on, or found; in mode HPA the floor.
    pub desired: u32,
    pub deciding: Option<Deciding>,
    pub held_back: Option<HeldBack>,
    pub standing: Standing,
    pub data: Data,
}

/// The metric that asked for the most.
#[derive(Clone, Debug, PartialEq)]
pub struct Deciding {
    pub metric: String,
    pub value: f64,
    pub at: Moment,
}

/// Whether the number of pods may follow the metrics, or the spec.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    Free,
    Held(Mark),
    /// Says by what.
    Paused(String),
    /// To this HPA or ScaledObject of somebody else's: `HPA catalog`.
    Yielded(String),
    /// Until this one of ours is gone.
    Waiting(String),
    KedaMissing,
    /// As long as the whole stack is.
    Stopped,
}

/// Whether there is anything to decide by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    NotNeeded,
    NotAskedYet,
    Present,
    Missing { metric: String, why: NoData },
}

impl Line {
    /// Whether people are waiting to see this change; the rest may wait until it has lasted.
    pub fn differs_loudly(&self, from: &Self) -> bool {
        let kind = |data: &Data| match data {
            Data::Missing { why, .. } => Some(std::mem::discriminant(why)),
            Data::NotNeeded | Data::NotAskedYet | Data::Present => None,
        };
        self.mode != from.mode
            || self.desired != from.desired
            || self.standing != from.standing
            || std::mem::discriminant(&self.data) != std::mem::discriminant(&from.data)
            || kind(&self.data) != kind(&from.data)
    }

    /// Whether it says something else; a new sample alone says nothing new.
    pub fn differs(&self, from: &Self) -> bool {
        let metric = |line: &Self| line.deciding.as_ref().map(|deciding| deciding.metric.clone());
        self.differs_loudly(from)
            || self.held_back != from.held_back
            || self.data != from.data
            || metric(self) != metric(from)
    }

    pub fn row(&self) -> AutoscalingStatus {
        let deciding = self.deciding.as_ref();
        AutoscalingStatus {
            mode: self.mode.name().to_owned(),
            desired: i32::try_from(self.desired).unwrap_or(i32::MAX),
            metric: deciding.map(|deciding| deciding.metric.clone()),
            value: deciding.map(|deciding| number(deciding.value)),
            sampled_at: deciding.map(|deciding| Time(timestamp(deciding.at))),
            held_back_by: self.held_back_by().map(str::to_owned),
            message: self.message(),
            hold_until: match &self.standing {
                Standing::Held(Mark::Until(until)) => Some(until.to_string()),
                Standing::Held(Mark::Unreadable(text)) => Some(text.clone()),
                _ => None,
            },
        }
    }

    fn held_back_by(&self) -> Option<&'static str> {
        match self.standing {
            Standing::Held(_) => Some("Hold"),
            Standing::Paused(_) => Some("Paused"),
            Standing::Yielded(_) | Standing::Waiting(_) => Some("Yielded"),
            Standing::KedaMissing => None,
            Standing::Stopped => Some("Stopped"),
            Standing::Free => self.held_back.map(HeldBack::name),
        }
    }

    fn message(&self) -> Option<String> {
        match &self.standing {
            Standing::Held(Mark::Unreadable(text)) => Some(format!(
                "annotation {HOLD_UNTIL}: `{text}` is neither a time as 2026-11-22T14:05:00Z nor forever"
            )),
            Standing::Paused(why) => Some(why.clone()),
            Standing::Yielded(to) => Some(format!("{to} scales it")),
            Standing::Waiting(whom) => Some(format!("{whom} is still there")),
            Standing::KedaMissing => Some("KEDA is not installed".to_owned()),
            Standing::Stopped => Some("the stack is stopped".to_owned()),
            Standing::Held(Mark::Until(_)) | Standing::Free => match &self.data {
                Data::Missing { metric, why } => Some(format!("{metric}: {}", said(why))),
                Data::NotNeeded | Data::NotAskedYet | Data::Present => None,
            },
        }
    }
}

/// At most three digits after the point, and none that say nothing.
pub fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub fn said(why: &NoData) -> String {
    match why {
        NoData::Empty => "no series: nothing exports it, or Prometheus does not scrape it".to_owned(),
        NoData::NotANumber => "neither finite nor positive".to_owned(),
        NoData::Stale => "its newest sample is too old".to_owned(),
        NoData::ManySeries(count) => {
            format!("{count} series, and one is needed: aggregate them, as with sum(..)")
        }
        NoData::WrongShape(what) | NoData::Refused(what) | NoData::Unreachable(what) => what.clone(),
        NoData::Disabled => "there is no Prometheus".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            mode: ScalingMode::Native,
            desired: 3,
            deciding: Some(Deciding { metric: "requests".to_owned(), value: 250.0, at: Moment(1_000) }),
            held_back: None,
            standing: Standing::Free,
            data: Data::Present,
        }
    }

    #[test]
    fn a_new_sample_says_nothing_new() {
        let deciding = Some(Deciding { value: 251.0, at: Moment(16_000), ..line().deciding.unwrap() });
        assert!(!Line { deciding, ..line() }.differs(&line()));
    }

    #[test]
    fn what_people_wait_for_is_loud_and_what_flaps_is_not() {
        let missing = |why| Data::Missing { metric: "requests".to_owned(), why };
        let held = Standing::Held(Mark::Unreadable("x".to_owned()));
        for loud in [
            Line { desired: 4, ..line() },
            Line { mode: ScalingMode::Fixed, ..line() },
            Line { standing: held, ..line() },
            Line { data: missing(NoData::Empty), ..line() },
        ] {
            assert!(loud.differs_loudly(&line()), "{loud:?}");
        }
        let quiet = Line { held_back: Some(HeldBack::Tolerance), ..line() };
        assert!(quiet.differs(&line()) && !quiet.differs_loudly(&line()));

        let refused = |said: &str| Line { data: missing(NoData::Refused(said.to_owned())), ..line() };
        assert!(!refused("one").differs_loudly(&refused("other")), "only the words have changed");
        assert!(refused("one").differs_loudly(&Line { data: missing(NoData::Empty), ..line() }));
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        assert_eq!([250.0, 0.5, 0.0, 1.0 / 3.0].map(number), ["250", "0.5", "0", "0.333"]);
    }
}
