//! Commands, answers and notices in every order, doubled and late.

use contracts::messages::orders::RefundPart;
use kernel::ReturnId;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Authorize,
    Submit(bool),
    Void,
    Capture,
    Refund,
    RefundPart(usize, i64),
    ChargeBack(i64),
    GivenBackElsewhere(i64),
    LetGoElsewhere,
    Answer(Said),
    /// The answer to a call that was made before, once more or late.
    OldAnswer(usize, Said),
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Approved,
    Declined,
    Expired,
    Unknown,
}

impl Said {
    fn outcome(self) -> Outcome {
        match self {
            Self::Approved => approved(),
            Self::Declined => declined(DeclineReason::CardDeclined),
            Self::Expired => declined(DeclineReason::AuthorizationExpired),
            Self::Unknown => Outcome::Unknown,
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let said = || prop_oneof![4 => Just(Said::Approved), 1 => Just(Said::Declined), 1 => Just(Said::Expired), 1 => Just(Said::Unknown)];
    let step = prop_oneof![
        2 => Just(Step::Authorize),
        2 => any::<bool>().prop_map(Step::Submit),
        1 => Just(Step::Void),
        3 => Just(Step::Capture),
        1 => Just(Step::Refund),
        4 => (0_usize..4, 0_i64..1500).prop_map(|(which, minor)| Step::RefundPart(which, minor)),
        1 => (0_i64..2500).prop_map(Step::ChargeBack),
        1 => (0_i64..1000).prop_map(Step::GivenBackElsewhere),
        1 => Just(Step::LetGoElsewhere),
        8 => said().prop_map(Step::Answer),
        2 => (0_usize..8, said()).prop_map(|(which, said)| Step::OldAnswer(which, said)),
    ];
    proptest::collection::vec(step, 0..60)
}

/// What really moved: what the provider approved, in the order in which it did.
#[derive(Default)]
struct Provider {
    calls: Vec<Call>,
    moved: Vec<(Operation, i64)>,
}

impl Provider {
    fn sum(&self, of: Operation) -> i64 {
        self.moved.iter().filter(|(operation, _)| *operation == of).map(|(_, minor)| minor).sum()
    }

    fn times(&self, of: Operation) -> usize {
        self.moved.iter().filter(|(operation, _)| *operation == of).count()
    }
}

fn answer(payment: &mut Payment, provider: &mut Provider, said: Said) {
    let (Some(call), Some(operation)) = (payment.call(), payment.operation()) else { return };
    provider.calls.push(call.clone());
    payment.settle(&call.key, &said.outcome());
    if matches!(said, Said::Approved) {
        provider.moved.push((operation, call.amount().map_or(0, |amount| amount.amount_minor)));
    }
}

fn take(
    payment: &mut Payment,
    order: &AuthorizePayment,
    returns: &[ReturnId],
    provider: &mut Provider,
    step: Step,
) {
    match step {
        Step::Authorize => drop(payment.authorize(order, None)),
        Step::Submit(own) => {
            let sender = if own { order.customer_id } else { UserId::new() };
            payment.submit(sender, token("tok"));
        }
        Step::Void => drop(payment.void()),
        Step::Capture => drop(payment.capture()),
        Step::Refund => drop(payment.refund()),
        Step::RefundPart(which, minor) => {
            let (order_id, return_id) = (order.order_id, returns[which]);
            let amount = Money::new(minor, Currency::Eur);
            drop(payment.refund_part(&RefundPart { order_id, return_id, amount }));
        }
        Step::ChargeBack(minor) => drop(payment.charge_back(Money::new(minor, Currency::Eur))),
        Step::GivenBackElsewhere(minor) => {
            // As its notice does: nothing of ours may be under way.
            let reference = format!("re_{}", payment.refunds.len());
            if payment.operation().is_none()
                && payment.refunded_elsewhere(&reference, Money::new(minor, Currency::Eur))
            {
                provider.moved.push((Operation::Refund, minor));
            }
        }
        Step::LetGoElsewhere => drop(payment.lose_authorization()),
        Step::Answer(said) => answer(payment, provider, said),
        Step::OldAnswer(which, said) => {
            let current = payment.key();
            if let Some(call) = provider.calls.get(which).filter(|call| Some(&call.key) != current.as_ref()) {
                let before = payment.clone();
                assert_eq!(payment.settle(&call.key, &said.outcome()), Settled::Stale);
                assert_eq!(*payment, before);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Money is held, taken and let go once; never more goes back than was taken; nothing is taken that was let go.
    #[test]
    fn money_never_moves_too_often_or_too_much(steps in steps()) {
        let order = order();
        let returns: Vec<ReturnId> = (0..4).map(|_| ReturnId::new()).collect();
        let mut payment = Payment::new(order.order_id);
        let mut provider = Provider::default();
        let mut let_go = false;
        for step in steps {
            let lets_go = matches!(step, Step::LetGoElsewhere) && payment.status == PaymentStatus::Authorized;
            take(&mut payment, &order, &returns, &mut provider, step);
            let_go |= lets_go || provider.times(Operation::Void) > 0;
            prop_assert!(!let_go || provider.times(Operation::Capture) == 0, "captured what was let go");
            let (captured, refunded) = (provider.sum(Operation::Capture), provider.sum(Operation::Refund));
            prop_assert!(refunded <= captured, "{refunded} of {captured} went back");
            prop_assert!(!payment.is_captured() || payment.refunded() == refunded, "the state knows what moved");
            for once in [Operation::Authorize, Operation::Capture, Operation::Void] {
                prop_assert!(provider.times(once) <= 1, "{once:?} happened {} times", provider.times(once));
            }
            prop_assert!(captured == 0 || captured == order.amount.amount_minor);
        }
        // Each key was asked under one amount only.
        for call in &provider.calls {
            let same = provider.calls.iter().filter(|other| other.key == call.key);
            prop_assert!(same.into_iter().all(|other| other.amount() == call.amount()));
        }
    }
}
