//! When a reservation may do what, what a level may be, and which pieces may come back. Pure.

mod adjustment;
mod import;
mod ledger;
mod level;
mod lines;
mod movement;
mod reservation;
mod takeback;

pub use adjustment::{Actor, Adjustment, Amount, Refused, Shelf};
pub use import::{Count, Counts, RowError, read};
pub use ledger::{Cursor, Difference};
pub use level::{Change, Level, ON_HAND_MAX};
pub use lines::{Line, Part, merge};
pub use movement::Movement;
pub use reservation::{Answer, Command, Reservation, State};
pub use takeback::{TooMany, take_back};
