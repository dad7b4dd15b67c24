//! The tables of inventory. Transactions lock a reservation first and stock after it, stock in the order of SKUs:
//! so none ever waits for one that waits for it.

pub mod reservations;
mod schema;
pub mod stock;
