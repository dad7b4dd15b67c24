//! Refunds, parts of them, and charge-backs.

use contracts::messages::orders::RefundPart;
use kernel::ReturnId;

use super::*;

pub fn captured() -> Payment {
    let mut payment = authorized();
    payment.capture().unwrap();
    payment.answered(&approved());
    payment
}

pub fn part(payment: &Payment, return_id: ReturnId, minor: i64) -> RefundPart {
    RefundPart { order_id: payment.order_id, return_id, amount: Money::new(minor, Currency::Eur) }
}

fn new_part(payment: &mut Payment, minor: i64) -> Vec<Answer> {
    let part = part(payment, ReturnId::new(), minor);
    payment.refund_part(&part).unwrap()
}

fn refused_with(answers: &[Answer], wanted: DeclineReason) -> bool {
    matches!(answers, [Answer::PartRefundFailed(failed)] if failed.reason == wanted)
}

#[test]
fn parts_go_back_one_after_the_other_until_nothing_is_left() {
    let mut payment = captured();
    assert_eq!(new_part(&mut payment, 500), vec![]);
    assert_eq!(new_part(&mut payment, 400), vec![]);
    let first = payment.call().unwrap();
    assert_eq!(first.amount().unwrap().amount_minor, 500);
    assert!(matches!(heard(payment.answered(&approved())).as_slice(), [Answer::PartRefunded(_)]));
    assert_ne!(payment.call().unwrap().key, first.key, "the next one");
    assert!(matches!(heard(payment.answered(&approved())).as_slice(), [Answer::PartRefunded(_)]));
    assert_eq!((payment.status, payment.left()), (PaymentStatus::PartiallyRefunded, 1090));

    assert!(refused_with(&new_part(&mut payment, 1091), DeclineReason::NothingLeft));
    new_part(&mut payment, 1090);
    payment.answered(&approved());
    assert_eq!((payment.status, payment.left()), (PaymentStatus::Refunded, 0));
}

#[test]
fn a_part_that_is_asked_for_again_is_answered_from_the_state() {
    let mut payment = captured();
    let wanted = part(&payment, ReturnId::new(), 500);
    assert_eq!(payment.refund_part(&wanted).unwrap(), vec![]);
    assert_eq!(payment.refund_part(&wanted).unwrap(), vec![], "its answer is still to come");
    payment.answered(&approved());
    assert!(matches!(payment.refund_part(&wanted).unwrap().as_slice(), [Answer::PartRefunded(_)]));
    assert_eq!(payment.refunded(), 500);
    let other = RefundPart { amount: Money::new(600, Currency::Eur), ..wanted };
    assert_eq!(payment.refund_part(&other), Err(Unfit::OtherTerms));
}

#[test]
fn a_part_that_the_provider_refuses_is_refused_for_good_and_can_be_promised_again() {
    let mut payment = captured();
    new_part(&mut payment, 1990);
    let refused = heard(payment.answered(&declined(DeclineReason::CardDeclined)));
    assert!(refused_with(&refused, DeclineReason::CardDeclined));
    assert_eq!((payment.status, payment.left()), (PaymentStatus::Captured, 1990));
}

#[test]
fn a_cancelled_order_gives_back_what_is_left_behind_its_parts() {
    let mut payment = captured();
    new_part(&mut payment, 500);
    assert_eq!(payment.refund().unwrap(), vec![]);
    assert!(refused_with(&new_part(&mut payment, 1), DeclineReason::NothingLeft), "all is promised");
    payment.answered(&declined(DeclineReason::CardDeclined));
    assert_eq!(payment.call().unwrap().amount().unwrap().amount_minor, 1990, "the part did not go");
    assert!(matches!(heard(payment.answered(&approved())).as_slice(), [Answer::Refunded(_)]));
    assert!(matches!(payment.refund().unwrap().as_slice(), [Answer::Refunded(_)]), "again");
}

#[test]
fn after_a_charge_back_parts_are_refused_and_a_cancelled_order_gets_the_rest() {
    let mut payment = captured();
    let told = payment.charge_back(Money::new(500, Currency::Eur)).unwrap();
    assert!(matches!(told, Answer::ChargedBack(_)));
    assert_eq!(payment.status, PaymentStatus::ChargedBack);
    assert!(refused_with(&new_part(&mut payment, 1), DeclineReason::ChargedBack));
    assert_eq!(payment.refund().unwrap(), vec![]);
    assert_eq!(payment.call().unwrap().amount().unwrap().amount_minor, 1490);
    assert!(matches!(heard(payment.answered(&approved())).as_slice(), [Answer::Refunded(_)]));
    assert_eq!(payment.status, PaymentStatus::ChargedBack);
}

#[test]
fn a_bank_that_took_everything_has_given_the_customer_their_money() {
    let mut payment = captured();
    payment.charge_back(Money::new(1990, Currency::Eur)).unwrap();
    assert!(matches!(payment.refund().unwrap().as_slice(), [Answer::Refunded(_)]));
    assert_eq!(payment.operation(), None, "no money moves");
}

#[test]
fn a_charge_back_while_a_refund_is_under_way_ends_it_when_the_provider_refuses() {
    let mut payment = captured();
    payment.refund().unwrap();
    payment.charge_back(Money::new(1990, Currency::Eur)).unwrap();
    assert_eq!(payment.status, PaymentStatus::Refunding, "it may be done at this very moment");
    let over = heard(payment.answered(&declined(DeclineReason::ChargedBack)));
    assert!(matches!(over.as_slice(), [Answer::Refunded(_)]));
    assert_eq!((payment.status, payment.refunded()), (PaymentStatus::ChargedBack, 0));
}

#[test]
fn what_was_given_back_elsewhere_is_not_given_again() {
    let mut payment = captured();
    assert!(payment.refunded_elsewhere("re_1", Money::new(1500, Currency::Eur)));
    assert!(!payment.refunded_elsewhere("re_2", Money::new(491, Currency::Eur)));
    assert!(refused_with(&new_part(&mut payment, 491), DeclineReason::NothingLeft));
    payment.refund().unwrap();
    assert_eq!(payment.call().unwrap().amount().unwrap().amount_minor, 490);
}
