//! The rules of carts, orders and the checkout saga; pure.

pub mod cart;
pub mod checkout;
pub mod line;
pub mod order;
pub mod saga;
