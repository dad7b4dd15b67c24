use contracts::api::payments::test_tokens;
use contracts::messages::payments::PaymentVoided;
use kernel::Currency;

use super::*;

mod any_order;
mod giving_back;

fn token(text: &str) -> PaymentToken {
    PaymentToken::parse(text).unwrap()
}

fn approved() -> Outcome {
    Outcome::Approved { reference: "ref".to_owned(), capture_before: None }
}

fn declined(reason: DeclineReason) -> Outcome {
    Outcome::Declined { reference: "ref".to_owned(), reason }
}

fn order() -> AuthorizePayment {
    AuthorizePayment {
        order_id: OrderId::new(),
        customer_id: UserId::new(),
        amount: Money::new(1990, Currency::Eur),
    }
}

fn heard(settled: Settled) -> Vec<Answer> {
    match settled {
        Settled::Done(answers) => answers,
        Settled::Again | Settled::Anew | Settled::Stale => panic!("{settled:?} is no end"),
    }
}

impl Payment {
    fn answered(&mut self, outcome: &Outcome) -> Settled {
        let key = self.call().unwrap().key;
        self.settle(&key, outcome)
    }
}

fn authorizing() -> (AuthorizePayment, Payment) {
    let order = order();
    let mut payment = Payment::new(order.order_id);
    payment.authorize(&order, Some(token(test_tokens::APPROVED))).unwrap();
    (order, payment)
}

fn authorized() -> Payment {
    let (_, mut payment) = authorizing();
    payment.answered(&approved());
    payment
}

#[test]
fn amount_and_token_start_the_authorisation_in_either_order() {
    let order = order();
    let mut token_first = Payment::new(order.order_id);
    assert_eq!(
        token_first.submit(order.customer_id, token("a")),
        Submitted::Early,
        "whose order it is, is not known"
    );
    assert_eq!(token_first.authorize(&order, Some(token("a"))), Ok(None));

    let mut amount_first = Payment::new(order.order_id);
    assert_eq!(amount_first.authorize(&order, None), Ok(None));
    assert_eq!(amount_first.operation(), None);
    assert_eq!(amount_first.submit(order.customer_id, token("a")), Submitted::Taken);

    assert_eq!(token_first.call().unwrap().key, amount_first.call().unwrap().key);
}

#[test]
fn a_stranger_can_neither_pay_nor_block_an_order() {
    let order = order();
    let mut payment = Payment::new(order.order_id);
    payment.authorize(&order, None).unwrap();
    assert_eq!(payment.submit(UserId::new(), token("theirs")), Submitted::Foreign);
    assert_eq!(payment.submit(order.customer_id, token("mine")), Submitted::Taken);
    assert_eq!(payment.token, Some(token("mine")));
}

#[test]
fn terms_that_change_are_refused() {
    let (order, mut payment) = authorizing();
    let dearer = AuthorizePayment { amount: Money::new(2000, Currency::Eur), ..order };
    assert_eq!(payment.authorize(&dearer, None), Err(Unfit::OtherTerms));
    let negative = AuthorizePayment { amount: Money::new(-1, Currency::Eur), ..dearer };
    assert_eq!(payment.authorize(&negative, None), Err(Unfit::NegativeAmount));
}

#[test]
fn a_void_while_authorizing_waits_for_the_outcome_and_then_lets_go() {
    let (_, mut payment) = authorizing();
    assert_eq!(payment.void(), Ok(None));
    assert_eq!(payment.answered(&approved()), Settled::Done(vec![]), "the order does not hear of it");
    assert_eq!(payment.operation(), Some(Operation::Void));
    let voided = Settled::Done(vec![Answer::Voided(PaymentVoided { order_id: payment.order_id })]);
    assert_eq!(payment.answered(&approved()), voided);

    let (_, mut payment) = authorizing();
    payment.void().unwrap();
    let voided = Settled::Done(vec![Answer::Voided(PaymentVoided { order_id: payment.order_id })]);
    assert_eq!(payment.answered(&declined(DeclineReason::CardDeclined)), voided, "nothing is held");
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let (_, mut payment) = authorizing();
    let key = payment.call().unwrap().key;
    assert!(matches!(heard(payment.settle(&key, &approved())).as_slice(), [Answer::Authorized(_)]));
    assert_eq!(payment.settle(&key, &declined(DeclineReason::CardDeclined)), Settled::Stale);
    assert_eq!(payment.status, PaymentStatus::Authorized);
}

#[test]
fn an_unknown_outcome_changes_nothing() {
    let (_, mut payment) = authorizing();
    let before = payment.clone();
    assert_eq!(payment.answered(&Outcome::Unknown), Settled::Again);
    assert_eq!(payment, before);
}

#[test]
fn a_refund_that_is_refused_is_asked_for_anew_under_another_key() {
    let mut payment = authorized();
    payment.capture().unwrap();
    payment.answered(&approved());
    payment.refund().unwrap();
    let first = payment.call().unwrap().key;
    assert_eq!(payment.answered(&declined(DeclineReason::CardDeclined)), Settled::Anew);
    assert_ne!(payment.call().unwrap().key, first);
    assert!(matches!(heard(payment.answered(&approved())).as_slice(), [Answer::Refunded(_)]));
}

#[test]
fn what_is_captured_can_only_be_refunded() {
    let mut payment = authorized();
    assert!(payment.refund().is_err());
    payment.capture().unwrap();
    assert!(payment.void().is_err(), "it may be captured at this very moment");
    payment.answered(&approved());
    assert!(payment.void().is_err());
    assert!(matches!(payment.capture(), Ok(Some(Answer::Succeeded(_)))), "again");
}

#[test]
fn a_refused_capture_is_voided_and_stays_refused() {
    let mut payment = authorized();
    payment.capture().unwrap();
    let refused = payment.answered(&declined(DeclineReason::CaptureRefused));
    assert!(matches!(heard(refused).as_slice(), [Answer::CaptureFailed(_)]));
    assert!(matches!(payment.capture(), Ok(Some(Answer::CaptureFailed(_)))), "again");
    payment.void().unwrap();
    assert_eq!(payment.capture(), Ok(None), "late, while it is being undone");
    assert!(matches!(heard(payment.answered(&approved())).as_slice(), [Answer::Voided(_)]));
}

#[test]
fn what_the_provider_let_go_of_by_itself_is_neither_captured_nor_voided() {
    let mut payment = authorized();
    payment.capture().unwrap();
    payment.answered(&declined(DeclineReason::AuthorizationExpired));
    assert!(matches!(payment.void(), Ok(Some(Answer::Voided(_)))), "nothing is to be asked");
    assert_eq!(payment.operation(), None);

    let mut payment = authorized();
    assert!(payment.lose_authorization());
    assert!(matches!(payment.capture(), Ok(Some(Answer::CaptureFailed(_)))));
}
