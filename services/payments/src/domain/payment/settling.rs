//! What the provider's answer makes of a payment, and what the order hears.

use contracts::api::payments::{DeclineReason, PaymentStatus};
use contracts::messages::payments::{
    PaymentAuthorized, PaymentCaptureFailed, PaymentFailed, PaymentRefunded, PaymentSucceeded, PaymentVoided,
};

use super::{Key, Operation, Outcome, Payment};
use crate::domain::{Answer, RefundReason, RefundState};

/// A command that makes no sense now and never will: somebody's mistake, for a person to see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("a payment that is {status:?} can't be {wanted}")]
    Status { status: PaymentStatus, wanted: &'static str },
    #[error("the amount, the currency or the customer differs from what was said first")]
    OtherTerms,
    #[error("an amount below zero moves no money")]
    NegativeAmount,
}

/// What a token meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is the order's now.
    Taken,
    /// Kept until it is known whose order this is.
    Early,
    /// From someone whose order this is not.
    Foreign,
    /// There was one before, or nothing is to be paid any more.
    Late,
}

/// What the provider's answer meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// The operation is over; the order may have to hear of it, and of what is over with it.
    Done(Vec<Answer>),
    /// Nobody knows: it is asked for again under the same key.
    Again,
    /// It was refused although it has to be done: it is asked for anew, under a key that has no answer yet.
    Anew,
    /// Another worker's answer was here first.
    Stale,
}

impl Payment {
    /// What the provider answered to the call with this key.
    pub fn settle(&mut self, key: &Key, outcome: &Outcome) -> Settled {
        use PaymentStatus::*;
        let Some(operation) = self.operation().filter(|_| self.key().as_ref() == Some(key)) else {
            return Settled::Stale;
        };
        self.status = match (operation, outcome) {
            (_, Outcome::Unknown) => return Settled::Again,
            (Operation::Authorize, Outcome::Approved { reference, capture_before }) => {
                self.authorization = Some(reference.clone());
                self.capture_before = *capture_before;
                if self.void_requested { Voiding } else { Authorized }
            }
            (Operation::Authorize, Outcome::Declined { reason, .. }) => {
                self.reason = Some(*reason);
                Failed
            }
            (Operation::Capture, Outcome::Approved { reference, .. }) => {
                self.capture = Some(reference.clone());
                Captured
            }
            (Operation::Capture, Outcome::Declined { reason, .. }) => {
                self.reason = Some(*reason);
                CaptureFailed
            }
            (Operation::Void, Outcome::Approved { .. }) => Voided,
            // Nothing is held any more: that is what was wanted.
            (Operation::Void, Outcome::Declined { reason: DeclineReason::AuthorizationExpired, .. }) => {
                Voided
            }
            (Operation::Void, Outcome::Declined { .. }) => {
                self.attempt += 1;
                return Settled::Anew;
            }
            (Operation::Refund, Outcome::Approved { .. }) => return self.settle_refund(None),
            (Operation::Refund, Outcome::Declined { reason, .. }) => {
                return self.settle_refund(Some(*reason));
            }
        };
        self.attempt = 1;
        // An order that gave up waits for the void only; that there was nothing to void is all the same to it.
        let gave_up = self.status == Failed && self.void_requested;
        let answer = if gave_up { Some(self.voided()) } else { self.last_answer() };
        Settled::Done(answer.into_iter().collect())
    }

    fn settle_refund(&mut self, refused: Option<DeclineReason>) -> Settled {
        let left = self.money(self.left_for_order());
        let attempt = self.attempt;
        let Some(current) = self.refunds.iter_mut().find(|refund| refund.is_open()) else {
            return Settled::Stale;
        };
        current.state = match (&current.reason, refused) {
            (_, None) => RefundState::Done,
            // What was promised back must go back, unless the customer's bank has given it meanwhile.
            (RefundReason::Order, Some(_)) => {
                current.amount = left;
                if left.amount_minor > 0 {
                    self.attempt = attempt + 1;
                    return Settled::Anew;
                }
                RefundState::Done
            }
            (RefundReason::Return(_) | RefundReason::Elsewhere(_), Some(reason)) => {
                RefundState::Refused(reason)
            }
        };
        let done = current.clone();
        let mut answers: Vec<Answer> = self.answer_of(&done).into_iter().collect();
        answers.extend(self.next_refund());
        Settled::Done(answers)
    }

    /// What the order has been told, or would have been: what a command that comes again is answered with.
    ///
    /// `None` while the outcome is open: it will be the answer.
    pub fn last_answer(&self) -> Option<Answer> {
        use PaymentStatus::*;
        let (order_id, payment_id) = (self.order_id, self.id);
        let reason = || self.reason.expect("a refusal has a reason");
        let succeeded = || Answer::Succeeded(PaymentSucceeded { order_id, payment_id, amount: self.due() });
        Some(match self.status {
            Pending | Authorizing | Capturing | Voiding | Refunding => return None,
            Authorized => Answer::Authorized(PaymentAuthorized {
                order_id,
                payment_id,
                amount: self.due(),
                capture_before: self.capture_before,
            }),
            Failed => Answer::Failed(PaymentFailed { order_id, payment_id, reason: reason() }),
            Captured | PartiallyRefunded | ChargedBack => succeeded(),
            CaptureFailed => {
                Answer::CaptureFailed(PaymentCaptureFailed { order_id, payment_id, reason: reason() })
            }
            Voided => self.voided(),
            Refunded => Answer::Refunded(PaymentRefunded { order_id, payment_id, amount: self.due() }),
        })
    }

    pub(super) fn voided(&self) -> Answer {
        Answer::Voided(PaymentVoided { order_id: self.order_id })
    }
}
