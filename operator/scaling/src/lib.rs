//! How many pods a service should have, and why: from samples, what went before and a policy. Pure: no client, no clock.

mod decision;
mod policy;
mod query;
mod reading;

pub use decision::{Decision, HeldBack, History, Observation, decide};
pub use policy::{Fallback, Metric, OnMissing, Policy, Rate, Rules, Select, Target, Unit};
pub use query::{Query, Source};
pub use reading::{Backlog, Moment, NoData, Reading};
