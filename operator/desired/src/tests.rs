//! What holds for every stack, and what some stacks look like in full.

mod anything;
mod budget;
mod certificates;
mod chart;
mod databases;
mod every_object;
mod exposure;
mod golden;
mod invalid;
mod messaging;
mod network;
mod redundancy;
mod scaling;
mod secrets;
pub mod stacks;
mod upkeep;
