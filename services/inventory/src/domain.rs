//! When a reservation may do what, and what a level may be. Pure.

mod level;
mod lines;
mod movement;
mod reservation;

pub use level::{AdjustError, Level};
pub use lines::{Line, merge};
pub use movement::Movement;
pub use reservation::{Answer, Command, Reservation, State};
