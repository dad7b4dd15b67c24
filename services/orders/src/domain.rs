//! The rules of carts, orders and their sagas; pure.

pub mod action;
pub mod address;
pub mod cart;
pub mod checkout;
pub mod fulfilment;
pub mod line;
pub mod order;
pub mod pause;
pub mod returns;
pub mod saga;
pub mod shopper;
pub mod timeline;
