//! The stack's own CA: issuing, renewing and replacing certificates, and the operator's own place among them.
//!
//! Everything but [`prove`] is pure: the time comes in, and what is so follows from what the Secrets hold, so that a
//! process that ends at any moment is taken over by the next one.

mod authority;
mod certificate;
mod leaf;
mod prove;
mod step;
mod store;
#[cfg(test)]
pub mod tests;

pub use authority::Keyed;
pub use certificate::hash;
pub use leaf::{Leaf, due};
pub use prove::{Prober, prove};
pub use step::{Situation, Step, step};
pub use store::{Phase, Store};
