//! The shop's public HTTP API as typed calls, for whoever stands where a shopper stands: seed, load generator, stories.
//!
//! Services don't use it: they never call each other through the public API.
//! The process must have installed rustls' crypto provider before it makes a [`Shop`].

mod address;
mod error;
pub mod invariants;
mod person;
mod resolve;
mod shop;

pub use address::{Address, AddressError};
pub use error::{ClientError, Refusal};
pub use person::Person;
pub use shop::{Answer, Shop};
