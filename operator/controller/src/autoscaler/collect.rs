//! What Prometheus says of every service at one tick.
//!
//! What is asked is planned first, without a client: one query for each distinct PromQL. Then it is asked, each server by
//! itself, so that none waits for another.

mod plan;
mod rests;
mod round;
mod tell;
#[cfg(test)]
mod tests;
mod turns;

use std::time::Duration;

use contracts::Role;
use operator_scaling::{Backlog, Moment, NoData, Policy, Reading};

use self::plan::Plan;
use self::rests::Rests;
use self::turns::Turns;
use crate::metrics::Metrics;
use crate::prometheus::{Prometheus, Server};
use crate::stack_key::StackKey;

/// A stack whose services are to be measured.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    pub key: &'a StackKey,
    /// Whom to ask, or why there is nobody: no Prometheus, a Secret that is not there.
    pub server: Result<Server, NoData>,
    /// How often that server asks each pod.
    pub scrape_interval: Duration,
    pub services: Vec<Measured<'a>>,
}

/// A service, and what it is scaled by.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    pub role: Role,
    pub policy: &'a Policy,
}

/// What is known of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// One for each metric of the policy, in its order.
    pub readings: Vec<Reading>,
    /// Of a service with a queue; `None` also when it is not known.
    pub backlog: Option<Backlog>,
}

/// One for the process: it keeps connections, and remembers who wants to be left alone.
pub struct Collector {
    prometheus: Prometheus,
    rests: Rests,
    turns: Turns,
}

impl Collector {
    pub fn new(metrics: Metrics) -> Self {
        Self::over(Prometheus::new(metrics))
    }

    fn over(prometheus: Prometheus) -> Self {
        Self { prometheus, rests: Rests::default(), turns: Turns::default() }
    }

    /// For each of `subjects`, each of its services, in their order. Takes no longer than a tick, whoever does not answer.
    pub async fn collect(&self, subjects: &[Subject<'_>], now: Moment) -> Vec<Vec<Known>> {
        let plan = Plan::of(subjects);
        let answers = round::ask(self, &plan, now).await;
        tell::all(subjects, &plan, &answers, now)
    }
}
