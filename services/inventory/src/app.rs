//! What can be done with stock, one use case per file.
//!
//! What messages ask for runs in the transaction of the inbox; what people and the clock ask for opens its own.

mod announce;
mod expire_reservations;
mod open_stock;
mod reserve_stock;
mod set_stock;
mod settle_reservation;
mod view_stock;

pub use announce::Story;
pub use expire_reservations::expire_reservations;
pub use open_stock::open_stock;
pub use reserve_stock::reserve_stock;
pub use set_stock::{SetError, set_stock};
pub use settle_reservation::settle_reservation;
pub use view_stock::view_stock;
