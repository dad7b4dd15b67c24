//! The payment of one order: which command is allowed in which state, and what it makes of it.

use contracts::api::payments::{DeclineReason, PaymentStatus, PaymentToken};
use contracts::messages::orders::AuthorizePayment;
use kernel::{Money, OrderId, PaymentId, Timestamp, UserId};

use super::{Answer, Call, Key, Operation, Outcome, Refund, Work};

mod refunds;
mod settling;
#[cfg(test)]
mod tests;

pub use settling::{Settled, Submitted, Unfit};

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
    /// The provider holds the money until then.
    pub capture_before: Option<Timestamp>,
    pub capture: Option<String>,
    /// In the order in which they were asked for; the first that is open is under way.
    pub refunds: Vec<Refund>,
    /// What the customer's bank has taken back, in minor units.
    pub charged_back_minor: i64,
    pub version: i64,
    /// Of the current operation; part of its key.
    pub attempt: i32,
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
            capture_before: None,
            capture: None,
            refunds: Vec::new(),
            charged_back_minor: 0,
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
            // The provider has let go of it by itself.
            CaptureFailed if self.reason == Some(DeclineReason::AuthorizationExpired) => self.status = Voided,
            Authorized | CaptureFailed => self.status = Voiding,
            Failed => return Ok(Some(self.voided())),
            Voiding | Voided => {}
            Capturing | Captured | Refunding | PartiallyRefunded | Refunded | ChargedBack => {
                return Err(self.unfit("voided"));
            }
        }
        Ok(self.last_answer())
    }

    pub fn capture(&mut self) -> Result<Option<Answer>, Unfit> {
        use PaymentStatus::*;
        match self.status {
            Authorized => self.status = Capturing,
            Capturing | Captured | CaptureFailed | Refunding | PartiallyRefunded | Refunded | ChargedBack => {
            }
            // The refused capture was asked for once more while it is being undone: it stays refused.
            Voiding | Voided if self.reason.is_some() => {}
            Pending | Authorizing | Failed | Voiding | Voided => return Err(self.unfit("captured")),
        }
        Ok(self.last_answer())
    }

    /// The provider has let go of what it held, on its own or somebody's account: a capture will be refused.
    pub fn lose_authorization(&mut self) -> bool {
        let held = self.status == PaymentStatus::Authorized;
        if held {
            self.status = PaymentStatus::CaptureFailed;
            self.reason = Some(DeclineReason::AuthorizationExpired);
        }
        held
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
            Pending | Authorized | Failed | Captured | CaptureFailed | Voided | PartiallyRefunded
            | Refunded | ChargedBack => None,
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
                amount: self.current_refund()?.amount,
            },
        };
        Some(Call { key: self.key()?, work })
    }

    /// Of the operation that is under way.
    pub fn key(&self) -> Option<Key> {
        let operation = self.operation()?;
        Some(match self.current_refund().and_then(Refund::return_id) {
            Some(return_id) if operation == Operation::Refund => Key::of_part(self.order_id, return_id),
            _ => Key::new(self.order_id, operation, self.attempt),
        })
    }

    /// The amount, in states that have one.
    pub fn due(&self) -> Money {
        self.amount.expect("work has terms")
    }

    /// What the operation that is under way moves.
    pub fn moves(&self) -> Money {
        match self.operation() {
            Some(Operation::Refund) => self.current_refund().map_or(self.due(), |refund| refund.amount),
            _ => self.due(),
        }
    }
}
