//! The tables of the catalogue.

pub mod availability;
pub mod products;
mod schema;
