//! Use cases: what shoppers, participants and time make of carts and orders.

pub mod advance;
pub mod cancel_order;
pub mod change_cart;
pub mod drive_due;
pub mod expire_carts;
pub mod fulfil_order;
pub mod merge_carts;
mod messages;
pub mod operate;
pub mod place_order;
pub mod read_orders;
pub mod returns;

use std::sync::Arc;

use kernel::{Clock, UserId};
use platform::Database;

use crate::domain::address::Regions;
use crate::domain::saga::{Moment, Timings};

/// What every use case needs.
#[derive(Clone)]
pub struct App {
    pub database: Database,
    pub clock: Clock,
    pub timings: Timings,
    pub regions: Arc<Regions>,
}

impl App {
    fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), timings: self.timings, spread: rand::random() }
    }
}

/// Who asks: a customer sees what is theirs, the shop's people everything.
#[derive(Clone, Copy, Debug)]
pub enum By {
    Customer(UserId),
    Staff(UserId),
}

impl By {
    /// Whose things alone are to be seen.
    fn customer(self) -> Option<UserId> {
        match self {
            Self::Customer(user) => Some(user),
            Self::Staff(_) => None,
        }
    }

    pub fn user(self) -> UserId {
        match self {
            Self::Customer(user) | Self::Staff(user) => user,
        }
    }
}
