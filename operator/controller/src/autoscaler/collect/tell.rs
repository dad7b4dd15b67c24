//! Answers for many, split by whose they are, each turned into one number or the reason why there is none.

use std::collections::HashMap;
use std::time::Duration;

use operator_scaling::{Backlog, Moment, NoData, Reading};

use super::plan::{Plan, What, Wish};
use super::round::Answer;
use super::{Known, Measured, Subject};
use crate::prometheus::Sample;

/// A sample that is older than this many scrapes tells nothing of the present.
const SCRAPES: u32 = 3;

/// Whose a series is: namespace, stack, service.
type Whose<'a> = (&'a str, &'a str, &'a str);

/// How many series there are, and the first of them.
type Found<'a> = (usize, &'a Sample);

enum Told<'a> {
    Ours(HashMap<Whose<'a>, Found<'a>>),
    User(Option<Found<'a>>),
    Nothing(NoData),
}

pub fn all(
    subjects: &[Subject<'_>],
    plan: &Plan<'_>,
    answers: &[Vec<Answer>],
    now: Moment,
) -> Vec<Vec<Known>> {
    let told: Vec<Vec<Told<'_>>> = plan
        .servers
        .iter()
        .zip(answers)
        .map(|(server, answers)| {
            let pairs = server.questions.iter().zip(answers);
            pairs.map(|(question, answer)| Told::of(answer, question.of_user)).collect()
        })
        .collect();
    let teller = Teller { plan, told: &told, now };
    subjects
        .iter()
        .zip(&plan.server_of)
        .map(|(subject, server)| {
            let services = subject.services.iter();
            services.map(|service| teller.known(subject, *server, service)).collect()
        })
        .collect()
}

struct Teller<'a> {
    plan: &'a Plan<'a>,
    told: &'a [Vec<Told<'a>>],
    now: Moment,
}

impl Teller<'_> {
    fn known(&self, subject: &Subject<'_>, server: Option<usize>, service: &Measured<'_>) -> Known {
        let read = |wish: Wish<'_>| match (server, &subject.server) {
            (Some(server), _) => self.reading(server, subject, service, &wish),
            (None, Err(why)) => Reading::Missing(why.clone()),
            (None, Ok(_)) => Reading::Missing(NoData::Disabled),
        };
        let number = |what| match read(subject.ours(what)) {
            Reading::Value { value, .. } => Some(value),
            Reading::Missing(_) => None,
        };
        let metrics = service.policy.metrics.iter();
        Known {
            readings: metrics.map(|metric| read(subject.wish(&metric.source))).collect(),
            backlog: if service.policy.queue {
                number(What::Waiting)
                    .zip(number(What::Unacknowledged))
                    .map(|(waiting, unacknowledged)| Backlog { waiting, unacknowledged })
            } else {
                None
            },
        }
    }

    fn reading(
        &self,
        server: usize,
        subject: &Subject<'_>,
        service: &Measured<'_>,
        wish: &Wish<'_>,
    ) -> Reading {
        let found = match &self.told[server][self.plan.servers[server].place(wish)] {
            Told::Ours(table) => table
                .get(&(subject.key.namespace.as_str(), subject.key.name.as_str(), service.role.name()))
                .copied(),
            Told::User(found) => *found,
            Told::Nothing(why) => return Reading::Missing(why.clone()),
        };
        reading(found, self.now, subject.scrape_interval).unwrap_or_else(Reading::Missing)
    }
}

impl<'a> Told<'a> {
    fn of(answer: &'a Answer, of_user: bool) -> Self {
        match answer {
            Err(error) => Self::Nothing(error.clone().into()),
            Ok(series) if of_user => Self::User(series.first().map(|first| (series.len(), first))),
            Ok(series) => {
                let mut table: HashMap<Whose<'a>, Found<'a>> = HashMap::with_capacity(series.len());
                for sample in series {
                    let labels = &sample.labels;
                    let whose = (labels.namespace.as_str(), labels.stack.as_str(), labels.service.as_str());
                    table.entry(whose).or_insert((0, sample)).0 += 1;
                }
                Self::Ours(table)
            }
        }
    }
}

fn reading(found: Option<Found<'_>>, now: Moment, scrape_interval: Duration) -> Result<Reading, NoData> {
    match found {
        None => Err(NoData::Empty),
        Some((count, _)) if count > 1 => Err(NoData::ManySeries(count)),
        Some((_, sample)) if !sample.value.is_finite() || sample.value < 0.0 => Err(NoData::NotANumber),
        Some((_, sample)) if now.since(sample.at) > SCRAPES * scrape_interval => Err(NoData::Stale),
        Some((_, sample)) => Ok(Reading::Value { value: sample.value, at: sample.at }),
    }
}
