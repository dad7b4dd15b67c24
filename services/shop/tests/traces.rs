//! Traces of real processes: one per role, and a collector, or what is worse.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "traces/checkout.rs"]
mod checkout;
#[path = "traces/process.rs"]
mod process;
#[path = "traces/trouble.rs"]
mod trouble;
