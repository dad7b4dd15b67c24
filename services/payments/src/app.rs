//! The use cases.

mod audit;
mod keep_event;
mod list_troubles;
mod perform_operation;
mod reconcile;
mod record_answers;
mod resolve_payment;
mod save_method;
mod see_to_events;
mod settle_operation;
mod show_payment;
mod take_command;
mod take_notice;
mod take_outcome;
mod take_submission;
mod work_off_event;

pub use audit::{AuditReport, Broken, read_audit_of, seal_audit, verify_audit};
pub use keep_event::keep_event;
pub use list_troubles::{list_differences, list_unresolved};
pub use perform_operation::{Cashier, claim_operations};
pub use reconcile::Reconciler;
pub use resolve_payment::{ResolveError, resolve_payment};
pub use save_method::Wallet;
pub use see_to_events::{list_failed, retry_event};
pub use show_payment::{show_invoice, show_payment};
pub use take_command::take_command;
pub use take_notice::{Noticed, take_notice};
pub use take_outcome::take_outcome;
pub use take_submission::take_submission;
pub use work_off_event::EventReader;
