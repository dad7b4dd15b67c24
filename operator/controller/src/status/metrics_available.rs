//! MetricsAvailable: every metric that a service is scaled by has a value. Without one the number of pods stays.

use operator_api::Reason;
use operator_scaling::NoData;

use super::Verdict;
use crate::autoscaler::{Data, said};
use crate::facts::Facts;

/// Worst first: what hides the others.
const REASONS: [Reason; 4] =
    [Reason::PrometheusDisabled, Reason::PrometheusUnreachable, Reason::QueryRefused, Reason::NoData];

pub fn metrics_available(facts: &Facts) -> Verdict {
    let missing = facts.scaling.iter().filter_map(|(role, line)| match &line.data {
        Data::Missing { metric, why } => Some((role, metric, why)),
        Data::NotNeeded | Data::NotAskedYet | Data::Present => None,
    });
    let missing: Vec<_> = missing.collect();
    for reason in REASONS {
        let of_this: Vec<_> = missing.iter().filter(|(_, _, why)| reason_of(why) == reason).collect();
        if !of_this.is_empty() {
            return Verdict::no(reason, message(reason, &of_this));
        }
    }
    let any = |data: &Data| facts.scaling.values().any(|line| line.data == *data);
    if facts.scaling.is_empty() || any(&Data::NotAskedYet) {
        Verdict::no(Reason::NotAskedYet, "Prometheus has not answered for every service yet")
    } else if any(&Data::Present) {
        Verdict::yes(Reason::AllMetricsPresent, "every metric has a value")
    } else {
        Verdict::yes(Reason::NoMetricsNeeded, "the operator scales no service by metrics")
    }
}

fn reason_of(why: &NoData) -> Reason {
    match why {
        NoData::Disabled => Reason::PrometheusDisabled,
        NoData::Unreachable(_) => Reason::PrometheusUnreachable,
        NoData::Refused(_) => Reason::QueryRefused,
        NoData::Empty
        | NoData::NotANumber
        | NoData::Stale
        | NoData::ManySeries(_)
        | NoData::WrongShape(_) => Reason::NoData,
    }
}

fn message(reason: Reason, missing: &[&(&contracts::Role, &String, &NoData)]) -> String {
    let kept = "the number of pods stays until onMissingMetrics says otherwise";
    let roles = || missing.iter().map(|(role, _, _)| role.name()).collect::<Vec<_>>().join(", ");
    match (reason, missing) {
        (Reason::PrometheusDisabled, _) => format!(
            "{} should follow metrics, and spec.observability.prometheus.mode is Disabled: choose Embedded or External, \
             or mode Fixed for them; {kept}",
            roles()
        ),
        // One server, one trouble.
        (Reason::PrometheusUnreachable, [(_, _, why), ..]) => {
            format!("Prometheus is not there for {}: {}; {kept}", roles(), said(why))
        }
        _ => {
            let each = missing.iter().map(|(role, metric, why)| format!("{role}/{metric}: {}", said(why)));
            format!("{}; {kept}", each.collect::<Vec<_>>().join("; "))
        }
    }
}
