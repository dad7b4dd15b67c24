//! Measurements as PromQL: one query for many services, with one series for each (namespace, stack, service).
//!
//! Whoever scrapes gives every series those labels. The matchers may let through a stack that was not asked for: answers are
//! split by their labels.

mod selector;

use std::time::Duration;

use contracts::Load;
use contracts::load::{BROKER_UNACKNOWLEDGED, BROKER_WAITING, HTTP_REQUESTS, WORK_PENDING};

use self::selector::Selector;

/// Where a metric's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// One of our own measurements. One query answers for many services.
    Preset(Load),
    /// The user's PromQL, as it stands.
    Query(String),
}

/// A query that is sent to Prometheus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Query(pub String);

const WHOSE: &str = "namespace, stack, service";

impl Query {
    /// `load` of every service of `stacks`, which are pairs of namespace and name: of the whole service, latencies in
    /// milliseconds and CPU in cores.
    pub fn preset(load: Load, scrape_interval: Duration, stacks: &[(&str, &str)]) -> Self {
        let all = Selector::new(scrape_interval, stacks);
        let metric = load.metric();
        Self(match load {
            Load::RequestsPerSecond | Load::Cpu => {
                format!("sum by ({WHOSE}) (rate({}))", all.series(metric))
            }
            Load::Concurrency => format!("sum by ({WHOSE}) (avg_over_time({}))", all.series(metric)),
            Load::P99Latency => p99_latency(&all, metric),
            Load::QueueDepth => of_queues(&all, metric),
            // Every pod tells the same truth about what they share.
            Load::QueueAge | Load::OutboxLag | Load::CheckoutsInFlight => {
                format!("max by ({WHOSE}) (last_over_time({}))", all.series(metric))
            }
        })
    }

    /// What waits for each service that has a queue: messages and, as long as somebody can tell, what was taken and not finished.
    pub fn waiting(scrape_interval: Duration, stacks: &[(&str, &str)]) -> Self {
        let all = Selector::new(scrape_interval, stacks);
        let (queues, pending) = (of_queues(&all, BROKER_WAITING), all.series(WORK_PENDING));
        Self(format!("{queues} + (max by ({WHOSE}) (last_over_time({pending})) or 0 * {queues})"))
    }

    /// Messages that the pods of each service with a queue have received and not acknowledged.
    pub fn unacknowledged(scrape_interval: Duration, stacks: &[(&str, &str)]) -> Self {
        Self(of_queues(&Selector::new(scrape_interval, stacks), BROKER_UNACKNOWLEDGED))
    }
}

/// A quantile of no requests is NaN, which the comparison drops: then it is zero, as long as somebody counts requests.
fn p99_latency(all: &Selector, metric: &str) -> String {
    let buckets = all.series(&format!("{metric}_bucket"));
    let requests = all.series(HTTP_REQUESTS);
    format!(
        "1000 * (histogram_quantile(0.99, sum by ({WHOSE}, le) (rate({buckets}))) >= 0 \
         or 0 * sum by ({WHOSE}) (rate({requests})))"
    )
}

/// A role's queue has its name. Right after a change of leaders two nodes tell of one queue, so the greater counts.
fn of_queues(all: &Selector, metric: &str) -> String {
    let queues = all.queues(metric);
    format!(r#"max by ({WHOSE}) (label_replace(last_over_time({queues}), "service", "$1", "queue", "(.*)"))"#)
}

#[cfg(test)]
mod tests;
