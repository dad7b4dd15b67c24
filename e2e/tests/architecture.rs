//! The rules that hold the workspace together, read from `cargo metadata`, the lock file and the sources.
//! They need no cluster.

#[path = "architecture/crates.rs"]
mod crates;
#[path = "architecture/problems.rs"]
mod problems;
#[path = "architecture/sources.rs"]
mod sources;
