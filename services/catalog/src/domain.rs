//! What a product must be. Pure.

mod product;

pub use product::{InvalidField, Product};
