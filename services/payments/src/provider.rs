//! Adapters of the provider port.

mod simulator;

pub use simulator::Simulator;
