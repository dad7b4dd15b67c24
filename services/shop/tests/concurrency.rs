//! Real services, several replicas each, on real servers in one process; shoppers who are quick, double or fickle.
//! Afterwards the databases are asked whether stock, money and orders add up.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up fails where it is set up")]

#[path = "concurrency/carts.rs"]
mod carts;
#[path = "concurrency/last_pieces.rs"]
mod last_pieces;
#[path = "concurrency/payments.rs"]
mod payments;
#[path = "concurrency/races.rs"]
mod races;
#[path = "concurrency/town.rs"]
mod town;
