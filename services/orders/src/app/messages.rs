//! The saga's commands as messages on the bus.

use contracts::api::orders::EndReason;
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, CommitStock, OrderCancelled, OrderConfirmed, OrderCreated, OrderLine,
    OrderRejected, RefundPayment, ReleaseStock, ReserveStock, RestockItems, StockLine, VoidPayment,
};
use kernel::Timestamp;
use platform::outbox::Event;

use crate::domain::checkout::{Advance, Checkout};
use crate::domain::saga::Command;

/// In the order in which they are to be said.
pub fn messages(advance: &Advance, now: Timestamp) -> Vec<Event> {
    let checkout = &advance.checkout;
    let event = |command: &Command| {
        message(*command, checkout, now).correlated(checkout.order.id).version(checkout.version)
    };
    advance.commands.iter().map(event).collect()
}

fn message(command: Command, checkout: &Checkout, now: Timestamp) -> Event {
    let order = &checkout.order;
    let (order_id, customer_id, total) = (order.id, order.customer_id, order.total);
    match command {
        Command::OrderCreated => {
            let lines = order_lines(checkout);
            Event::new(&OrderCreated { order_id, customer_id, lines, total }, now)
        }
        Command::ReserveStock => {
            let lines = stock_lines(checkout);
            Event::new(&ReserveStock { order_id, lines, region: None, hold_until: None }, now)
        }
        Command::ReleaseStock => Event::new(&ReleaseStock { order_id }, now),
        Command::CommitStock => Event::new(&CommitStock { order_id }, now),
        Command::RestockItems => Event::new(&RestockItems { order_id }, now),
        Command::AuthorizePayment => {
            Event::new(&AuthorizePayment { order_id, customer_id, amount: total }, now)
        }
        Command::VoidPayment => Event::new(&VoidPayment { order_id }, now),
        Command::CapturePayment => Event::new(&CapturePayment { order_id }, now),
        Command::RefundPayment => Event::new(&RefundPayment { order_id }, now),
        Command::OrderConfirmed => Event::new(&OrderConfirmed { order_id, customer_id, total }, now),
        Command::OrderRejected => {
            Event::new(&OrderRejected { order_id, customer_id, reason: reason(checkout) }, now)
        }
        Command::OrderCancelled => {
            Event::new(&OrderCancelled { order_id, customer_id, reason: reason(checkout) }, now)
        }
    }
}

fn reason(checkout: &Checkout) -> EndReason {
    checkout.saga.state.reason().expect("an order that came to nothing has a reason").clone()
}

fn order_lines(checkout: &Checkout) -> Vec<OrderLine> {
    let lines = checkout.order.lines.iter();
    lines
        .map(|line| OrderLine { sku: line.sku.clone(), quantity: line.quantity, unit_price: line.unit_price })
        .collect()
}

fn stock_lines(checkout: &Checkout) -> Vec<StockLine> {
    let lines = checkout.order.lines.iter();
    lines.map(|line| StockLine { sku: line.sku.clone(), quantity: line.quantity }).collect()
}
