//! The use cases.

mod perform_operation;
mod record_answer;
mod show_payment;
mod take_command;
mod take_submission;

pub use perform_operation::{Cashier, claim_operations};
pub use show_payment::show_payment;
pub use take_command::take_command;
pub use take_submission::take_submission;
