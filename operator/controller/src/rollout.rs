//! How a change of pods goes: whether it may begin, whether the new pods come up, what is gone back to, and when what only
//! the old ones used may be removed. Pure: all of it is read from the cluster and the stack, so any process can go on.

mod downgrade;
mod last_good;
mod permission;
mod release;
mod soak;
mod trial;

pub use downgrade::downgrade;
pub use last_good::{LastGood, remembered, runs_pods};
pub use permission::{APPROVE, Permission};
pub use release::{Release, View, marked, release};
pub use soak::{APPROVE_CONTRACT, Soak, soak};
pub use trial::Trials;

#[cfg(test)]
mod tests;
