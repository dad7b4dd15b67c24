//! What is in the database, as the domain's types. Each function is one statement.

pub mod carts;
pub mod checkouts;
pub mod fulfilments;
pub mod order_events;
pub mod products;
pub mod returns;
pub mod sagas;

/// A row that does not parse: written by a newer version, or by hand.
fn unreadable(what: impl std::error::Error + Send + Sync + 'static) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(Box::new(what))
}
