//! The inside of brokers, seen through passes over a stack.

mod definitions;
mod elsewhere;
pub mod fake;
mod nodes;
