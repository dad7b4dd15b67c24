//! What can be done with stock, one use case per file.
//!
//! What messages ask for runs in the transaction of the inbox; what people and the clock ask for opens its own.

mod adjust_stock;
mod announce;
mod announce_to_erp;
mod check_ledger;
mod connect_erp;
mod expire_reservations;
mod import_stock;
mod open_stock;
mod reserve_stock;
mod return_items;
mod set_threshold;
mod settle_reservation;
mod take_stock_update;
mod view_stock;

pub use adjust_stock::{AdjustError, adjust_stock};
pub use announce::Story;
pub use announce_to_erp::{CALL_TIMEOUT, announce_to_erp};
pub use check_ledger::{Findings, Report, check_ledger};
pub use connect_erp::{ConnectError, Erp};
pub use expire_reservations::expire_reservations;
pub use import_stock::{import_stock, take_import};
pub use open_stock::open_stock;
pub use reserve_stock::reserve_stock;
pub use return_items::{ReturnError, return_items};
pub use set_threshold::set_threshold;
pub use settle_reservation::settle_reservation;
pub use take_stock_update::{UpdateError, take_stock_update};
pub use view_stock::{list_movements, list_stock, view, view_stock};
