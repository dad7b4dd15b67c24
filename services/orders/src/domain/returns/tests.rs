//! Every state with every event, as one table, and what may be asked for.

use std::collections::BTreeMap;

use kernel::{CartId, Clock, Currency};

use super::*;
use crate::domain::cart::{Cart, CartLine};
use crate::domain::checkout::Checkout;
use crate::domain::line::Line;
use crate::domain::order::Order;
use crate::domain::saga::Timings;

pub fn moment(now: Timestamp) -> Moment {
    let timings =
        Timings { cancellation_window: TimeDelta::seconds(30), payment_timeout: TimeDelta::seconds(900) };
    Moment { now, timings, spread: 0.0 }
}

fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::Eur)
}

pub fn pieces(sku: &str, count: i64) -> Pieces {
    Pieces { sku: Sku::parse(sku).unwrap(), quantity: Quantity::new(count).unwrap() }
}

/// Three chairs at 2.50 and a free leaflet.
pub fn checkout(now: Timestamp) -> Checkout {
    let line = |name: &str, count, price| {
        let Pieces { sku, quantity } = pieces(name, count);
        let line = Line { sku, name: name.to_owned(), quantity, unit_price: euros(price) };
        CartLine { seen_price: line.unit_price, line, on_sale: true, available: None }
    };
    let lines = vec![line("CHAIR", 3, 250), line("LEAFLET", 1, 0)];
    let cart = Cart { id: CartId::new(), version: 1, frozen: true, lines };
    let order = Order::of(cart, OrderId::new(), UserId::new(), now).unwrap();
    Checkout::begin(order, moment(now)).checkout
}

fn request(lines: Vec<Pieces>, claimed: &[(&str, i64)]) -> Result<Return, RequestError> {
    let now = Clock::default().now();
    let claimed: BTreeMap<Sku, i64> =
        claimed.iter().map(|(sku, count)| (Sku::parse(sku).unwrap(), *count)).collect();
    let requested = Requested { lines, reason: "too small".to_owned() };
    Return::request(&checkout(now), &claimed, requested, moment(now)).map(|advance| advance.item)
}

#[test]
fn a_return_is_worth_what_was_paid_for_its_pieces() {
    let item = request(vec![pieces("CHAIR", 2), pieces("LEAFLET", 1)], &[]).unwrap();
    assert_eq!((item.amount, &item.state), (euros(500), &State::Requested));
}

#[test]
fn no_more_comes_back_than_was_bought() {
    let too_many = |sku: &str, left| Err(RequestError::TooMany { sku: Sku::parse(sku).unwrap(), left });
    assert_eq!(request(vec![pieces("CHAIR", 4)], &[]), too_many("CHAIR", 3));
    assert_eq!(request(vec![pieces("CHAIR", 2)], &[("CHAIR", 2)]), too_many("CHAIR", 1));
    assert_eq!(request(vec![pieces("LAMP", 1)], &[]), too_many("LAMP", 0));
    assert!(request(vec![pieces("CHAIR", 1)], &[("CHAIR", 2)]).is_ok());
    assert_eq!(request(vec![], &[]), Err(RequestError::Nothing));
    let twice = request(vec![pieces("CHAIR", 1), pieces("CHAIR", 1)], &[]);
    assert_eq!(twice, Err(RequestError::Twice(Sku::parse("CHAIR").unwrap())));
}

/// In the order of the table's columns.
fn events() -> Vec<Event> {
    let reason = DeclineReason::CardDeclined;
    vec![
        Event::Approved,
        Event::Refused { note: "worn".to_owned() },
        Event::Withdrawn,
        Event::GoodsReceived,
        Event::PartRefunded { amount: euros(500) },
        Event::PartRefundFailed { reason },
        Event::StockReturned,
        Event::Retried,
        Event::DeadlinePassed,
    ]
}

const COLUMNS: [&str; 9] = ["app", "ref", "wit", "rec", "Ref", "RfF", "Sto", "ret", "ddl"];

const PATHS: [&str; 9] =
    ["", "app", "app rec", "app rec Ref", "app rec Ref Sto", "ref", "app wit", "app ddl", "app rec RfF"];

/// State, and how it was reached; three letters of the target, the command; `.` no effect, `-` illegal.
const TABLE: &str = "
                 app      ref      wit      rec      Ref      RfF      Sto      ret      ddl
''               awa:RApp clo:RClo clo:RClo -        -        -        -        -        .
'app'            .        -        clo:RClo ref:Part -        -        -        -        clo:RClo
'app rec'        -        -        -        .        res:Item clo:RClo -        ref:Part ref:Part
'app rec Ref'    -        -        -        .        .        -        com:RCom res:Item res:Item
'app rec Ref Sto' -       -        -        .        .        -        .        -        .
'ref'            -        .        -        -        -        -        -        -        .
'app wit'        -        -        .        -        -        -        -        -        .
'app ddl'        -        -        -        -        -        -        -        -        .
'app rec RfF'    -        -        -        -        -        .        -        -        .
";

fn cell(item: &Return, event: &Event, now: Timestamp) -> String {
    let said = |command| match command {
        None => ".",
        Some(Command::ReturnRequested) => "RReq",
        Some(Command::ReturnApproved) => "RApp",
        Some(Command::RefundPart) => "Part",
        Some(Command::ReturnItems) => "Item",
        Some(Command::ReturnClosed) => "RClo",
        Some(Command::ReturnCompleted) => "RCom",
    };
    match item.step(event, now) {
        Err(_) => "-".to_owned(),
        Ok((_, None)) => ".".to_owned(),
        Ok((state, command)) => format!("{}:{}", &state.name()[..3], said(command)),
    }
}

#[test]
fn each_event_does_in_each_state_what_the_table_says() {
    let mut table = format!("\n{:18}{}", "", COLUMNS.map(|column| format!("{column:9}")).concat());
    for path in PATHS {
        let mut now = Clock::default().now();
        let mut item = request(vec![pieces("CHAIR", 2)], &[]).unwrap();
        for column in path.split_whitespace() {
            now += TimeDelta::days(31);
            let event = &events()[COLUMNS.iter().position(|known| *known == column).unwrap()];
            item = item.advance(event, moment(now)).unwrap().unwrap().item;
        }
        let late = now + TimeDelta::days(31);
        let cells: String = events().iter().map(|event| format!("{:9}", cell(&item, event, late))).collect();
        table += &format!("\n{:<18}{cells}", format!("'{path}'"));
    }
    let squeezed = |text: &str| {
        let lines = text.trim().lines();
        lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(squeezed(&table), squeezed(TABLE), "\n{table}\n");
}

#[test]
fn nobody_who_decides_counts_as_an_attempt_in_vain() {
    let item = request(vec![pieces("CHAIR", 1)], &[]).unwrap();
    let early = moment(item.requested_at);
    assert_eq!(item.advance(&Event::DeadlinePassed, early).unwrap(), None);
    let late = moment(item.deadline.unwrap());
    let waiting = item.advance(&Event::DeadlinePassed, late).unwrap().unwrap();
    assert_eq!((waiting.item.attempts, waiting.command), (1, None));
    assert!(waiting.item.deadline > item.deadline);
}

#[test]
fn what_cost_nothing_is_not_paid_back() {
    let item = request(vec![pieces("LEAFLET", 1)], &[]).unwrap();
    let now = moment(item.requested_at);
    let item = item.advance(&Event::Approved, now).unwrap().unwrap().item;
    let received = item.advance(&Event::GoodsReceived, now).unwrap().unwrap();
    assert_eq!((received.item.state, received.command), (State::Restocking, Some(Command::ReturnItems)));
}

#[test]
fn another_amount_than_was_asked_for_is_no_answer() {
    let item = request(vec![pieces("CHAIR", 1)], &[]).unwrap();
    let now = moment(item.requested_at);
    let item = item.advance(&Event::Approved, now).unwrap().unwrap().item;
    let item = item.advance(&Event::GoodsReceived, now).unwrap().unwrap().item;
    let illegal = item.advance(&Event::PartRefunded { amount: euros(249) }, now).unwrap_err();
    assert_eq!(illegal.event, "PartRefunded over another amount");
}
