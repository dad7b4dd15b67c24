//! What the operator knows of a stack's broker, and does inside it: definitions are put right, and pods replaced one by one.
//!
//! Whatever the broker answers, a pass goes on: a broker that is away is a condition, and no error.

mod difference;
mod http;
mod inputs;
mod management;
mod place;
mod roll;
mod standing;
mod table;
#[cfg(test)]
pub mod tests;
mod turn;
mod visit;

pub use difference::{Difference, difference};
pub use http::{Trust, Unanswered};
pub(crate) use inputs::inputs;
pub use management::{Management, Place};
pub(crate) use standing::{Mode, Report, Standing};
pub(crate) use table::Brokers;
pub(crate) use visit::{Visit, visit};
