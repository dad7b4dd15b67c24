//! Orders through its public doors: HTTP, and messages as inventory, payments and catalog would send them.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it is")]

#[path = "orders/carts.rs"]
mod carts;
#[path = "orders/changes.rs"]
mod changes;
#[path = "orders/checkout.rs"]
mod checkout;
#[path = "orders/doors.rs"]
mod doors;
#[path = "orders/fulfilment.rs"]
mod fulfilment;
#[path = "orders/guests.rs"]
mod guests;
#[path = "orders/load.rs"]
mod load;
#[path = "orders/operations.rs"]
mod operations;
#[path = "orders/refund.rs"]
mod refund;
#[path = "orders/returns.rs"]
mod returns;
#[path = "orders/saga.rs"]
mod saga;
#[path = "orders/support.rs"]
mod support;
#[path = "orders/timer.rs"]
mod timer;
