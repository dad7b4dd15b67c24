//! Every message on the bus, one module per role that publishes.

pub mod catalog;
pub mod gateway;
pub mod inventory;
pub mod notifications;
pub mod orders;
pub mod payments;
pub mod users;
