use contracts::api::payments::test_tokens;
use kernel::Currency;
use proptest::prelude::*;

use super::*;

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
    assert_eq!(payment.answered(&approved()), Settled::Done(None), "the order does not hear of it");
    assert_eq!(payment.operation(), Some(Operation::Void));
    let voided = Settled::Done(Some(Answer::Voided(PaymentVoided { order_id: payment.order_id })));
    assert_eq!(payment.answered(&approved()), voided);

    let (_, mut payment) = authorizing();
    payment.void().unwrap();
    let voided = Settled::Done(Some(Answer::Voided(PaymentVoided { order_id: payment.order_id })));
    assert_eq!(payment.answered(&declined(DeclineReason::CardDeclined)), voided, "nothing is held");
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let (_, mut payment) = authorizing();
    let key = payment.call().unwrap().key;
    assert!(matches!(payment.settle(&key, &approved()), Settled::Done(Some(Answer::Authorized(_)))));
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
    assert_eq!(payment.answered(&declined(DeclineReason::CardDeclined)), Settled::Again);
    assert_ne!(payment.call().unwrap().key, first);
    assert!(matches!(payment.answered(&approved()), Settled::Done(Some(Answer::Refunded(_)))));
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
    assert!(matches!(refused, Settled::Done(Some(Answer::CaptureFailed(_)))));
    assert!(matches!(payment.capture(), Ok(Some(Answer::CaptureFailed(_)))), "again");
    payment.void().unwrap();
    assert_eq!(payment.capture(), Ok(None), "late, while it is being undone");
    assert!(matches!(payment.answered(&approved()), Settled::Done(Some(Answer::Voided(_)))));
}

#[derive(Clone, Debug)]
enum Step {
    Authorize,
    Submit(bool),
    Void,
    Capture,
    Refund,
    Approved,
    Declined,
    Unknown,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Authorize),
        any::<bool>().prop_map(Step::Submit),
        Just(Step::Void),
        Just(Step::Capture),
        Just(Step::Refund),
        Just(Step::Approved),
        Just(Step::Declined),
        Just(Step::Unknown),
    ];
    proptest::collection::vec(step, 0..40)
}

proptest! {
    /// Whatever comes in whatever order: money moves once each way, and never out of what is not held.
    #[test]
    fn money_moves_at_most_once_each_way(steps in steps()) {
        let order = order();
        let mut payment = Payment::new(order.order_id);
        let mut done = std::collections::BTreeMap::new();
        let mut version_of_the_end = None;
        for step in steps {
            let operation = payment.operation();
            let outcome = match step {
                Step::Authorize => { let _ = payment.authorize(&order, None); None }
                Step::Submit(own) => {
                    let sender = if own { order.customer_id } else { UserId::new() };
                    payment.submit(sender, token("tok"));
                    None
                }
                Step::Void => { let _ = payment.void(); None }
                Step::Capture => { let _ = payment.capture(); None }
                Step::Refund => { let _ = payment.refund(); None }
                Step::Approved => Some(approved()),
                Step::Declined => Some(declined(DeclineReason::CardDeclined)),
                Step::Unknown => Some(Outcome::Unknown),
            };
            if let (Some(outcome), Some(operation)) = (outcome, operation) {
                payment.answered(&outcome);
                if matches!(outcome, Outcome::Approved { .. }) {
                    *done.entry(operation.name()).or_insert(0) += 1;
                }
            }
            if let Some(end) = version_of_the_end {
                prop_assert_eq!(payment.status, end, "an end is an end");
            }
            if matches!(payment.status, PaymentStatus::Voided | PaymentStatus::Refunded | PaymentStatus::Failed) {
                version_of_the_end = Some(payment.status);
            }
        }
        prop_assert!(done.values().all(|times| *times == 1), "{:?}", done);
        let happened = |operation: &str| done.contains_key(operation);
        prop_assert!(!(happened("void") && happened("capture")), "{:?}", done);
        prop_assert!(!happened("refund") || happened("capture"), "{:?}", done);
    }
}
