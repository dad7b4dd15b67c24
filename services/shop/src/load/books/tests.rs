//! Each way in which books can fail to balance is found, and books that balance are not complained about.

use contracts::api::orders::LineView;
use contracts::api::payments::{PaymentStatus, TransactionView};
use kernel::{Clock, Currency, Money, PaymentId, Quantity};

use super::*;

fn euros(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::Eur)
}

fn sku() -> Sku {
    Sku::parse("A-1").unwrap()
}

/// An order of two pieces at 5.00, with as many captures of the whole amount.
fn account(status: OrderStatus, captures: usize) -> Account {
    let (id, now, total) = (OrderId::new(), Clock::default().now(), euros(1000));
    let line = LineView {
        sku: sku(),
        name: "A".to_owned(),
        quantity: Quantity::new(2).unwrap(),
        unit_price: euros(500),
        total,
    };
    let capture = TransactionView {
        kind: TransactionKind::Capture,
        succeeded: true,
        amount: total,
        reference: "c".to_owned(),
        at: now,
    };
    let payment = PaymentView {
        id: PaymentId::new(),
        order_id: id,
        status: PaymentStatus::Captured,
        amount: Some(total),
        capture_before: None,
        refunded: None,
        charged_back: None,
        transactions: vec![capture; captures],
    };
    let order = OrderView {
        id,
        version: 1,
        status,
        reason: None,
        lines: vec![line],
        total,
        created_at: now,
        cancellable_until: None,
        charged_back: false,
        shipment: None,
        address: None,
    };
    Account { order, payment: (captures > 0).then_some(payment) }
}

fn shelf(on_hand: i64, reserved: i64) -> Count {
    let stock = StockView {
        sku: sku(),
        on_hand,
        reserved,
        available: on_hand - reserved,
        threshold: 0,
        low: false,
        regions: vec![],
    };
    Count { received: 10, stock }
}

fn books(accounts: Vec<Account>, on_hand: i64) -> Books {
    Books { accounts, shelves: vec![shelf(on_hand, 0)] }
}

#[test]
fn a_sale_and_a_refusal_balance() {
    let books = books(vec![account(OrderStatus::Confirmed, 1), account(OrderStatus::Rejected, 0)], 8);
    assert_eq!(books.imbalances(&[books.accounts[0].order.id]), Vec::<String>::new());
}

#[test]
fn an_order_captured_twice_or_never_is_found() {
    for captures in [0, 2] {
        let books = books(vec![account(OrderStatus::Confirmed, captures)], 8);
        assert_eq!(books.imbalances(&[]).len(), 2, "the order itself, and the sums");
    }
}

#[test]
fn a_capture_of_a_rejected_order_is_found() {
    assert!(!books(vec![account(OrderStatus::Rejected, 1)], 10).imbalances(&[]).is_empty());
}

#[test]
fn pieces_that_left_without_a_sale_are_found() {
    assert_eq!(books(vec![], 9).imbalances(&[]), ["A-1: 1 pieces have left the shelf, 0 were sold"]);
}

#[test]
fn a_reservation_that_outlives_its_order_is_found() {
    let books = Books { accounts: vec![], shelves: vec![shelf(10, 3)] };
    assert_eq!(books.imbalances(&[]), ["A-1: 3 pieces are reserved for no order"]);
}

#[test]
fn an_order_that_is_lost_or_never_ends_is_found() {
    let lost = OrderId::new();
    assert!(books(vec![], 10).imbalances(&[lost])[0].contains("is gone"));
    let open = books(vec![account(OrderStatus::Unwinding, 0)], 10);
    assert!(open.imbalances(&[])[0].contains("is still Unwinding"));
}
