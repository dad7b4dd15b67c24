//! The sagas' commands as messages on the bus, and people's actions as lines of the timeline.

use contracts::api::orders::{EndReason, ReturnEndReason};
use contracts::envelope::SpecVersion;
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, CommitStock, OrderCancelled, OrderConfirmed, OrderCreated, OrderLine,
    OrderRejected, RefundPart, RefundPayment, ReleaseStock, RenewReservation, ReserveStock, RestockItems,
    ReturnApproved, ReturnClosed, ReturnCompleted, ReturnItems, ReturnRequested, StockLine, VoidPayment,
};
use contracts::{Envelope, Role};
use kernel::{EventId, OrderId, Timestamp};
use platform::outbox::Event;
use serde_json::Value;

use crate::domain::action::Action;
use crate::domain::checkout::{Advance, Checkout};
use crate::domain::returns::{self, Return};
use crate::domain::saga::Command;

/// In the order in which they are to be said.
pub fn messages(advance: &Advance, now: Timestamp) -> Vec<(OrderId, Event)> {
    let checkout = &advance.checkout;
    let order = checkout.order.id;
    let event =
        |command: &Command| message(*command, checkout, now).correlated(order).version(checkout.version);
    advance.commands.iter().map(|command| (order, event(command))).collect()
}

pub fn message_of_return(advance: &returns::Advance, now: Timestamp) -> Option<(OrderId, Event)> {
    let item = &advance.item;
    let event = of_return(advance.command?, item, now);
    Some((item.order_id, event.correlated(item.order_id).version(item.order_version)))
}

/// A line of the timeline; it is not published.
pub fn action(order: OrderId, action: &Action, now: Timestamp) -> Envelope<Value> {
    Envelope {
        specversion: SpecVersion::V1,
        id: EventId::new(),
        source: format!("/shop/{}", Role::Orders),
        kind: action.kind.name().to_owned(),
        subject: order.to_string(),
        time: now,
        correlationid: Some(order.to_string()),
        causationid: None,
        traceparent: None,
        aggregateversion: 0,
        data: action.data(),
    }
}

fn message(command: Command, checkout: &Checkout, now: Timestamp) -> Event {
    let order = &checkout.order;
    let (order_id, customer_id, total) = (order.id, order.customer_id, order.total);
    let hold_until = checkout.saga.hold_until;
    match command {
        Command::OrderCreated => {
            let lines = order_lines(checkout);
            Event::new(&OrderCreated { order_id, customer_id, lines, total }, now)
        }
        Command::ReserveStock => {
            let (lines, hold_until) = (stock_lines(checkout), Some(hold_until));
            Event::new(&ReserveStock { order_id, lines, region: order.region.clone(), hold_until }, now)
        }
        Command::RenewReservation => Event::new(&RenewReservation { order_id, hold_until }, now),
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

fn of_return(command: returns::Command, item: &Return, now: Timestamp) -> Event {
    let (order_id, return_id, customer_id) = (item.order_id, item.id, item.customer_id);
    let amount = item.amount;
    match command {
        returns::Command::ReturnRequested => {
            let lines = returned_lines(item);
            Event::new(&ReturnRequested { order_id, return_id, customer_id, lines, amount }, now)
        }
        returns::Command::ReturnApproved => {
            Event::new(&ReturnApproved { order_id, return_id, customer_id }, now)
        }
        returns::Command::RefundPart => Event::new(&RefundPart { order_id, return_id, amount }, now),
        returns::Command::ReturnItems => {
            Event::new(&ReturnItems { order_id, return_id, lines: returned_lines(item) }, now)
        }
        returns::Command::ReturnClosed => {
            let reason = end_reason(item);
            Event::new(&ReturnClosed { order_id, return_id, customer_id, reason }, now)
        }
        returns::Command::ReturnCompleted => {
            Event::new(&ReturnCompleted { order_id, return_id, customer_id, amount }, now)
        }
    }
}

fn reason(checkout: &Checkout) -> EndReason {
    checkout.saga.state.reason().expect("an order that came to nothing has a reason").clone()
}

fn end_reason(item: &Return) -> ReturnEndReason {
    item.state.end_reason().expect("a return that came to nothing has a reason").clone()
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

fn returned_lines(item: &Return) -> Vec<StockLine> {
    item.lines.iter().map(|line| StockLine { sku: line.sku.clone(), quantity: line.quantity }).collect()
}
