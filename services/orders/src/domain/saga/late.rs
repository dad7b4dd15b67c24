//! Which events may come without moving anything: echoes of what has been, as against contradictions to it.

use contracts::api::orders::EndReason;

use super::{Command, Event, IllegalTransition, Saga, Step};

impl Saga {
    pub(super) fn moved_by_nothing(&self, event: &Event) -> Step {
        if self.may_come_late(event) {
            return self.stay();
        }
        Err(IllegalTransition { state: self.state.name(), event: event.name() })
    }

    /// What has been sent tells what has been answered: nothing is captured before it is committed.
    fn may_come_late(&self, event: &Event) -> bool {
        use Command::*;
        let asked = |command| self.sent.contains(&command);
        let ended_by = |code: fn(&EndReason) -> bool| self.state.reason().is_some_and(code);
        let declined = || ended_by(|reason| matches!(reason, EndReason::PaymentDeclined { .. }));
        let capture_failed = || ended_by(|reason| matches!(reason, EndReason::CaptureFailed { .. }));
        match event {
            Event::StockReserved { .. } => !ended_by(|reason| matches!(reason, EndReason::OutOfStock { .. })),
            // Also the refusal of a ReserveStock that was sent again, and came after expiry or release.
            Event::StockRejected { .. } => true,
            // What is not held any more is also the answer to a ReserveStock that was sent again, and to a
            // RenewReservation that comes after the commit.
            Event::StockReleased => !asked(CapturePayment) || asked(RenewReservation),
            Event::StockCommitted => {
                asked(CommitStock) && !ended_by(|reason| matches!(reason, EndReason::ReservationExpired))
            }
            // After CapturePayment only as the refusal of a CommitStock that came after RestockItems.
            Event::StockCommitFailed => asked(CommitStock) && (!asked(CapturePayment) || asked(RestockItems)),
            Event::StockRestocked => asked(RestockItems),
            Event::PaymentAuthorized { .. } => asked(AuthorizePayment) && !declined(),
            // VoidPayment may overtake the answer, or AuthorizePayment itself, which is then refused.
            Event::PaymentFailed { .. } => asked(AuthorizePayment) && (declined() || asked(VoidPayment)),
            Event::PaymentVoided => asked(VoidPayment),
            Event::PaymentSucceeded { .. } => asked(CapturePayment) && !capture_failed(),
            // A CapturePayment that was sent twice may come after RefundPayment, and is then refused.
            Event::PaymentCaptureFailed { .. } => {
                asked(CapturePayment) && (capture_failed() || asked(RefundPayment))
            }
            Event::PaymentRefunded { .. } => asked(RefundPayment),
            Event::CancelRequested => {
                !self.state.is_final() && ended_by(|reason| matches!(reason, EndReason::CustomerCancelled))
            }
            // A person asked for something that can't be done now, and is told so.
            Event::Retried | Event::Abandoned => false,
            // The saga moved on between the timer's look and its hand.
            Event::DeadlinePassed => true,
        }
    }
}
