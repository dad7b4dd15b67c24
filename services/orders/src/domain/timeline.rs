//! What the lines of an order's timeline are, and what of them is for the shop's people only.

use contracts::Message;
use contracts::api::orders::{EventClass, OrderEventView};
use contracts::messages::orders::{
    AuthorizePayment, CapturePayment, CommitStock, RefundPart, RefundPayment, ReleaseStock, RenewReservation,
    ReserveStock, RestockItems, ReturnItems, VoidPayment,
};

/// By the type of the line.
pub fn class(kind: &str) -> EventClass {
    match kind {
        ReserveStock::TYPE
        | RenewReservation::TYPE
        | CommitStock::TYPE
        | AuthorizePayment::TYPE
        | CapturePayment::TYPE
        | RefundPart::TYPE
        | ReturnItems::TYPE => EventClass::Command,
        ReleaseStock::TYPE | RestockItems::TYPE | VoidPayment::TYPE | RefundPayment::TYPE => {
            EventClass::Compensation
        }
        action if action.starts_with("action.") => EventClass::Action,
        _ => EventClass::Event,
    }
}

/// It is sent again until it is answered.
pub fn is_asked(class: EventClass) -> bool {
    match class {
        EventClass::Command | EventClass::Compensation => true,
        EventClass::Event | EventClass::Action => false,
    }
}

/// Customers learn that somebody took a hand, not who, nor the notes that the shop's people write to each other.
pub fn for_customers(mut event: OrderEventView) -> OrderEventView {
    if event.class == EventClass::Action
        && let Some(data) = event.data.as_object_mut()
    {
        data.retain(|name, _| name == "return_id");
    }
    event
}
