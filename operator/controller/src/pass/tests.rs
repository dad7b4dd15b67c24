//! Passes against an API server that runs no controllers: the tests play those, and read what was written.

mod creation;
mod databases;
mod faults;
mod gate;
mod repair;
mod scaling;
mod spec;
pub mod world;
