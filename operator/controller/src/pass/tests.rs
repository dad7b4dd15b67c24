//! Passes against an API server that runs no controllers: the tests play those, and read what was written.

mod certificates;
mod clock;
mod contract;
mod crash;
mod creation;
mod databases;
mod faults;
mod gate;
mod neighbours;
mod permission;
mod repair;
mod rollback;
mod rollout;
mod scaling;
mod spec;
pub mod world;
