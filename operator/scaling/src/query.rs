//! Measurements as PromQL.

use contracts::Load;

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
