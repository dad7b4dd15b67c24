//! The payment of one order: which command or answer is allowed in which state, and what it makes of it.

use contracts::api::payments::{DeclineReason, PaymentStatus, PaymentToken};
use contracts::messages::orders::AuthorizePayment;
use contracts::messages::payments::{
    PaymentAuthorized, PaymentCaptureFailed, PaymentFailed, PaymentRefunded, PaymentSucceeded, PaymentVoided,
};
use kernel::{Money, OrderId, PaymentId, UserId};

use super::{Answer, Call, Key, Operation, Outcome, Work};

#[cfg(test)]
mod tests;

#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub status: PaymentStatus,
    /// Both from the order's command, so both there or neither.
    pub customer_id: Option<UserId>,
    pub amount: Option<Money>,
    pub token: Option<PaymentToken>,
    /// The order gave up while the provider was still deciding: whatever is held then is let go.
    pub void_requested: bool,
    pub reason: Option<DeclineReason>,
    pub authorization: Option<String>,
    pub capture: Option<String>,
    pub version: i64,
    /// Of the current operation; part of its key.
    pub attempt: i32,
}

/// A command that makes no sense now and never will: somebody's mistake, for a person to see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("a payment that is {status:?} can't be {wanted}")]
    Status { status: PaymentStatus, wanted: &'static str },
    #[error("the order's amount or customer differs from what its first command said")]
    OtherTerms,
    #[error("an amount below zero can't be authorised")]
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
    /// The operation is over; the order may have to hear of it.
    Done(Option<Answer>),
    /// It must be asked for again: nobody knows, or it was refused although it has to be done.
    Again,
    /// Another worker's answer was here first.
    Stale,
}

impl Payment {
    /// Waits for an amount and a token.
    pub fn new(order_id: OrderId) -> Self {
        Self {
            id: PaymentId::new(),
            order_id,
            status: PaymentStatus::Pending,
            customer_id: None,
            amount: None,
            token: None,
            void_requested: false,
            reason: None,
            authorization: None,
            capture: None,
            version: 1,
            attempt: 1,
        }
    }

    /// The order says what is to be paid; `early` is what its customer submitted before.
    pub fn authorize(
        &mut self,
        order: &AuthorizePayment,
        early: Option<PaymentToken>,
    ) -> Result<Option<Answer>, Unfit> {
        if order.amount.amount_minor < 0 {
            return Err(Unfit::NegativeAmount);
        }
        let terms = (self.customer_id, self.amount);
        match terms {
            (None, None) => (self.customer_id, self.amount) = (Some(order.customer_id), Some(order.amount)),
            _ if terms == (Some(order.customer_id), Some(order.amount)) => {}
            _ => return Err(Unfit::OtherTerms),
        }
        if self.status == PaymentStatus::Pending
            && let Some(token) = early
        {
            self.start(token);
        }
        Ok(self.last_answer())
    }

    /// The first token of the order's customer counts.
    pub fn submit(&mut self, customer_id: UserId, token: PaymentToken) -> Submitted {
        match (self.status, self.customer_id) {
            (_, Some(owner)) if owner != customer_id => Submitted::Foreign,
            (PaymentStatus::Pending, None) => Submitted::Early,
            (PaymentStatus::Pending, Some(_)) => {
                self.start(token);
                Submitted::Taken
            }
            _ => Submitted::Late,
        }
    }

    fn start(&mut self, token: PaymentToken) {
        self.token = Some(token);
        self.status = PaymentStatus::Authorizing;
    }

    /// Whatever is held is let go, now or as soon as it is known; a token that comes later is too late.
    pub fn void(&mut self) -> Result<Option<Answer>, Unfit> {
        use PaymentStatus::*;
        match self.status {
            Pending => self.status = Voided,
            Authorizing => self.void_requested = true,
            Authorized | CaptureFailed => self.status = Voiding,
            Failed => return Ok(Some(self.voided())),
            Voiding | Voided => {}
            Capturing | Captured | Refunding | Refunded => return Err(self.unfit("voided")),
        }
        Ok(self.last_answer())
    }

    pub fn capture(&mut self) -> Result<Option<Answer>, Unfit> {
        use PaymentStatus::*;
        match self.status {
            Authorized => self.status = Capturing,
            Capturing | Captured | CaptureFailed | Refunding | Refunded => {}
            // The refused capture was asked for once more while it is being undone: it stays refused.
            Voiding | Voided if self.reason.is_some() => {}
            Pending | Authorizing | Failed | Voiding | Voided => return Err(self.unfit("captured")),
        }
        Ok(self.last_answer())
    }

    pub fn refund(&mut self) -> Result<Option<Answer>, Unfit> {
        use PaymentStatus::*;
        match self.status {
            Captured => self.status = Refunding,
            Refunding | Refunded => {}
            Pending | Authorizing | Authorized | Failed | Capturing | CaptureFailed | Voiding | Voided => {
                return Err(self.unfit("refunded"));
            }
        }
        Ok(self.last_answer())
    }

    fn unfit(&self, wanted: &'static str) -> Unfit {
        Unfit::Status { status: self.status, wanted }
    }

    /// What is to be asked of the provider in this state.
    pub fn operation(&self) -> Option<Operation> {
        use PaymentStatus::*;
        match self.status {
            Authorizing => Some(Operation::Authorize),
            Capturing => Some(Operation::Capture),
            Voiding => Some(Operation::Void),
            Refunding => Some(Operation::Refund),
            Pending | Authorized | Failed | Captured | CaptureFailed | Voided | Refunded => None,
        }
    }

    pub fn call(&self) -> Option<Call> {
        let operation = self.operation()?;
        let authorization = || self.authorization.clone().expect("what is held has a reference");
        let work = match operation {
            Operation::Authorize => Work::Authorize {
                token: self.token.clone().expect("an authorisation starts with a token"),
                amount: self.due(),
            },
            Operation::Capture => Work::Capture { authorization: authorization(), amount: self.due() },
            Operation::Void => Work::Void { authorization: authorization() },
            Operation::Refund => Work::Refund {
                capture: self.capture.clone().expect("what is captured has a reference"),
                amount: self.due(),
            },
        };
        Some(Call { key: self.key(operation), work })
    }

    fn key(&self, operation: Operation) -> Key {
        Key::new(self.order_id, operation, self.attempt)
    }

    /// What the provider answered to the call with this key.
    pub fn settle(&mut self, key: &Key, outcome: &Outcome) -> Settled {
        use PaymentStatus::*;
        let Some(operation) = self.operation().filter(|operation| self.key(*operation) == *key) else {
            return Settled::Stale;
        };
        self.status = match (operation, outcome) {
            (_, Outcome::Unknown) => return Settled::Again,
            (Operation::Authorize, Outcome::Approved { reference, .. }) => {
                self.authorization = Some(reference.clone());
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
            (Operation::Refund, Outcome::Approved { .. }) => Refunded,
            // What was promised back must go back: asked anew, under a key that has no answer yet.
            (Operation::Void | Operation::Refund, Outcome::Declined { .. }) => {
                self.attempt += 1;
                return Settled::Again;
            }
        };
        self.attempt = 1;
        // An order that gave up waits for the void only; that there was nothing to void is all the same to it.
        let gave_up = self.status == Failed && self.void_requested;
        Settled::Done(if gave_up { Some(self.voided()) } else { self.last_answer() })
    }

    /// What the order has been told, or would have been: what a command that comes again is answered with.
    ///
    /// `None` while the outcome is open: it will be the answer.
    pub fn last_answer(&self) -> Option<Answer> {
        use PaymentStatus::*;
        let (order_id, payment_id) = (self.order_id, self.id);
        let reason = || self.reason.expect("a refusal has a reason");
        Some(match self.status {
            Pending | Authorizing | Capturing | Voiding | Refunding => return None,
            Authorized => Answer::Authorized(PaymentAuthorized {
                order_id,
                payment_id,
                amount: self.due(),
                capture_before: None,
            }),
            Failed => Answer::Failed(PaymentFailed { order_id, payment_id, reason: reason() }),
            Captured => Answer::Succeeded(PaymentSucceeded { order_id, payment_id, amount: self.due() }),
            CaptureFailed => {
                Answer::CaptureFailed(PaymentCaptureFailed { order_id, payment_id, reason: reason() })
            }
            Voided => self.voided(),
            Refunded => Answer::Refunded(PaymentRefunded { order_id, payment_id, amount: self.due() }),
        })
    }

    fn voided(&self) -> Answer {
        Answer::Voided(PaymentVoided { order_id: self.order_id })
    }

    /// The amount, in states that have one.
    pub fn due(&self) -> Money {
        self.amount.expect("work has terms")
    }
}
