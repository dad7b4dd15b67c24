//! Giving money back: the whole order, parts of it, and what the customer's bank takes by itself.
//!
//! One at a time, in the order in which they were asked for, so that what is left is always known.

use contracts::api::payments::{DeclineReason, PaymentStatus};
use contracts::messages::orders::RefundPart;
use contracts::messages::payments::{ChargebackReceived, PartRefundFailed, PartRefunded, PaymentRefunded};
use kernel::Money;

use super::{Payment, Unfit};
use crate::domain::{Answer, Refund, RefundReason, RefundState};

impl Payment {
    /// The order is undone: what is left goes back. Its bank may have given the customer some of it, or all.
    pub fn refund(&mut self) -> Result<Vec<Answer>, Unfit> {
        self.require_captured("refunded")?;
        if let Some(before) = self.refund_of(&RefundReason::Order) {
            return Ok(self.answer_of(before).into_iter().collect());
        }
        Ok(self.ask_for(RefundReason::Order, self.money(self.left())))
    }

    /// Some pieces came back. What a bank has touched is not for us to split: a person decides.
    pub fn refund_part(&mut self, part: &RefundPart) -> Result<Vec<Answer>, Unfit> {
        self.require_captured("refunded in part")?;
        if part.amount.amount_minor < 0 {
            return Err(Unfit::NegativeAmount);
        }
        let reason = RefundReason::Return(part.return_id);
        if let Some(before) = self.refund_of(&reason) {
            let same = before.amount == part.amount;
            return if same {
                Ok(self.answer_of(before).into_iter().collect())
            } else {
                Err(Unfit::OtherTerms)
            };
        }
        if part.amount.currency != self.due().currency {
            return Err(Unfit::OtherTerms);
        }
        let refused = if self.charged_back_minor > 0 {
            Some(DeclineReason::ChargedBack)
        } else {
            (part.amount.amount_minor > self.left()).then_some(DeclineReason::NothingLeft)
        };
        let Some(why) = refused else { return Ok(self.ask_for(reason, part.amount)) };
        let refund = Refund { reason, amount: part.amount, state: RefundState::Refused(why) };
        let answer = self.answer_of(&refund);
        self.refunds.push(refund);
        Ok(answer.into_iter().collect())
    }

    /// Somebody gave money back at the provider. `false`: it can't be, there is not so much left.
    pub fn refunded_elsewhere(&mut self, reference: &str, amount: Money) -> bool {
        let fits = self.is_captured()
            && amount.currency == self.due().currency
            && (0..=self.left()).contains(&amount.amount_minor);
        if fits {
            let reason = RefundReason::Elsewhere(reference.to_owned());
            self.refunds.push(Refund { reason, amount, state: RefundState::Done });
            self.rest();
        }
        fits
    }

    /// The customer's bank has taken `amount` from us.
    pub fn charge_back(&mut self, amount: Money) -> Result<Answer, Unfit> {
        self.require_captured("charged back")?;
        if amount.currency != self.due().currency {
            return Err(Unfit::OtherTerms);
        }
        if amount.amount_minor < 0 {
            return Err(Unfit::NegativeAmount);
        }
        self.charged_back_minor = self.charged_back_minor.saturating_add(amount.amount_minor);
        self.rest();
        let customer_id = self.customer_id.expect("what is captured has a customer");
        let (order_id, payment_id) = (self.order_id, self.id);
        Ok(Answer::ChargedBack(ChargebackReceived { order_id, payment_id, customer_id, amount }))
    }

    fn ask_for(&mut self, reason: RefundReason, amount: Money) -> Vec<Answer> {
        self.refunds.push(Refund { reason, amount, state: RefundState::Open });
        // One that is under way goes first.
        if self.status == PaymentStatus::Refunding { Vec::new() } else { self.next_refund() }
    }

    /// Begins the next refund; answers those that have nothing to ask of the provider.
    pub(super) fn next_refund(&mut self) -> Vec<Answer> {
        let mut answers = Vec::new();
        self.attempt = 1;
        while let Some(next) = self.refunds.iter().position(Refund::is_open) {
            let is_part = self.refunds[next].return_id().is_some();
            if !is_part {
                self.refunds[next].amount = self.money(self.left_for_order());
            }
            let nothing_to_do = self.refunds[next].amount.amount_minor == 0;
            self.refunds[next].state = if is_part && self.charged_back_minor > 0 {
                RefundState::Refused(DeclineReason::ChargedBack)
            } else if nothing_to_do {
                RefundState::Done
            } else {
                self.status = PaymentStatus::Refunding;
                return answers;
            };
            answers.extend(self.answer_of(&self.refunds[next]));
        }
        self.status = PaymentStatus::Captured;
        self.rest();
        answers
    }

    /// What it is called while nothing is under way.
    fn rest(&mut self) {
        if self.refunds.iter().any(Refund::is_open) {
            return;
        }
        let undone = self.refund_of(&RefundReason::Order).is_some_and(|refund| !refund.is_open());
        self.status = if self.charged_back_minor > 0 {
            PaymentStatus::ChargedBack
        } else if undone || (self.refunded() > 0 && self.refunded() == self.due().amount_minor) {
            PaymentStatus::Refunded
        } else if self.refunded() > 0 {
            PaymentStatus::PartiallyRefunded
        } else {
            PaymentStatus::Captured
        };
    }

    pub fn current_refund(&self) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.is_open())
    }

    fn refund_of(&self, reason: &RefundReason) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.reason == *reason)
    }

    /// In minor units, what went back through us.
    pub fn refunded(&self) -> i64 {
        self.sum(|refund| refund.state == RefundState::Done)
    }

    /// In minor units, what can still be promised. The refund of a whole order takes it all.
    pub fn left(&self) -> i64 {
        if self.refund_of(&RefundReason::Order).is_some() {
            return 0;
        }
        (self.left_for_order() - self.sum(Refund::is_open)).max(0)
    }

    pub(super) fn left_for_order(&self) -> i64 {
        (self.due().amount_minor - self.refunded()).saturating_sub(self.charged_back_minor).max(0)
    }

    fn sum(&self, which: impl Fn(&Refund) -> bool) -> i64 {
        self.refunds.iter().filter(|refund| which(refund)).map(|refund| refund.amount.amount_minor).sum()
    }

    pub(super) fn money(&self, amount_minor: i64) -> Money {
        Money { amount_minor, ..self.due() }
    }

    pub fn is_captured(&self) -> bool {
        use PaymentStatus::*;
        match self.status {
            Captured | Refunding | PartiallyRefunded | Refunded | ChargedBack => true,
            Pending | Authorizing | Authorized | Failed | Capturing | CaptureFailed | Voiding | Voided => {
                false
            }
        }
    }

    fn require_captured(&self, wanted: &'static str) -> Result<(), Unfit> {
        if self.is_captured() { Ok(()) } else { Err(self.unfit(wanted)) }
    }

    /// `None` while it is open, and where nobody asked.
    pub(super) fn answer_of(&self, refund: &Refund) -> Option<Answer> {
        let (order_id, payment_id, amount) = (self.order_id, self.id, refund.amount);
        match (&refund.reason, refund.state) {
            (_, RefundState::Open) | (RefundReason::Elsewhere(_), _) => None,
            (RefundReason::Order, _) => {
                Some(Answer::Refunded(PaymentRefunded { order_id, payment_id, amount: self.due() }))
            }
            (RefundReason::Return(return_id), RefundState::Done) => {
                let return_id = *return_id;
                Some(Answer::PartRefunded(PartRefunded { order_id, return_id, payment_id, amount }))
            }
            (RefundReason::Return(return_id), RefundState::Refused(reason)) => {
                let return_id = *return_id;
                Some(Answer::PartRefundFailed(PartRefundFailed { order_id, return_id, payment_id, reason }))
            }
        }
    }
}
