//! How many pods a service should have, and why: from samples, what went before and a policy. Pure: no client, no clock.

mod band;
mod decision;
mod demand;
mod history;
mod number;
mod observation;
mod policy;
mod query;
mod rates;
mod reading;
mod replay;
mod tick;
mod window;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod service;

pub use decision::{Decision, HeldBack, decide};
pub use history::History;
pub use observation::Observation;
pub use policy::{Fallback, Metric, OnMissing, Policy, Rate, Rules, Select, Target, Unit};
pub use query::{Query, Source};
pub use reading::{Backlog, Moment, NoData, Reading};
pub use replay::{Figures, Step, Timeline, World, replay};
