//! Use cases: what shoppers, participants and time make of carts and orders.

pub mod advance;
pub mod cancel_order;
pub mod change_cart;
pub mod drive_due;
mod messages;
pub mod place_order;
pub mod read_orders;

use kernel::Clock;
use platform::Database;

use crate::domain::saga::{Moment, Timings};

/// What every use case needs.
#[derive(Clone)]
pub struct App {
    pub database: Database,
    pub clock: Clock,
    pub timings: Timings,
}

impl App {
    fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), timings: self.timings, spread: rand::random() }
    }
}
