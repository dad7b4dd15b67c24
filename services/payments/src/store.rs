//! The payments' tables. Functions take the caller's connection, so they are in the caller's transaction.

pub mod codes;
mod payments;
mod schema;
mod submissions;
mod transactions;
mod work;

pub use payments::{payment_find, payment_lock, payment_lock_or_create, payment_save};
pub use schema::{simulator_notices, simulator_operations};
pub use submissions::{submission_find, submission_keep, submissions_forget};
pub use transactions::{transaction_record, transactions_list};
pub use work::{Job, unknown_count, work_ask_again, work_claim};
