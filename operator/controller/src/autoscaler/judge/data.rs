//! Whether there is data to decide by.

use std::time::Duration;

use operator_api::ScalingMode;
use operator_scaling::{NoData, Reading};

use super::Seen;
use crate::autoscaler::line::Data;
use crate::autoscaler::state::State;
use crate::clock::elapsed;

/// New pods have been scraped often enough after this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// `missing` as the decision tells it: the place of a metric, and what became of it.
pub fn data(state: &mut State, seen: &Seen<'_>, missing: Option<(usize, NoData)>) -> Data {
    if seen.heard.is_none() {
        return Data::NotAskedYet;
    }
    let Some((place, why)) = missing else {
        state.had_data = true;
        return Data::Present;
    };
    if comes_by_itself(&why) && !state.had_data && !waited(state, seen) {
        return Data::NotAskedYet;
    }
    let metric = seen.plan.policy.metrics.get(place);
    Data::Missing { metric: metric.map_or_else(String::new, |metric| metric.name.clone()), why }
}

/// The same of a service that is not scaled at present: that metrics are missing is worth knowing all the same.
pub fn data_of_unscaled(state: &mut State, seen: &Seen<'_>) -> Data {
    if seen.plan.mode != ScalingMode::Native {
        return Data::NotNeeded;
    }
    let readings = seen.heard.map(|heard| heard.known.readings.as_slice()).unwrap_or_default();
    let missing = readings.iter().enumerate().find_map(|(place, reading)| match reading {
        Reading::Missing(why) => Some((place, why.clone())),
        Reading::Value { .. } => None,
    });
    // Nobody is there to measure.
    let asleep = seen.view.replicas == 0;
    data(state, seen, missing.filter(|_| !asleep))
}

/// Whatever was refused stays so until somebody corrects it.
fn comes_by_itself(why: &NoData) -> bool {
    matches!(why, NoData::Empty | NoData::Stale | NoData::Unreachable(_))
}

/// A stack that is coming up has nothing to measure yet, and that is no news.
fn waited(state: &mut State, seen: &Seen<'_>) -> bool {
    if seen.view.ready == 0 && seen.view.replicas > 0 {
        return false;
    }
    let since = *state.asked_since.get_or_insert(seen.now);
    elapsed(since, seen.now) >= PATIENCE
}
