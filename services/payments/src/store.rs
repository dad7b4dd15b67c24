//! The payments' tables. Functions take the caller's connection, so they are in the caller's transaction.

mod audit;
mod books;
pub mod codes;
mod differences;
mod events;
mod invoices;
mod methods;
mod notices;
mod outcomes;
mod payments;
mod refunds;
mod schema;
mod submissions;
mod transactions;
mod work;

pub use audit::{
    Sealed, audit_head, audit_head_lock, audit_of_order, audit_record, audit_seal, audit_sealed,
    audit_unsealed, audit_unsealed_count,
};
pub use books::{Copied, books_copied, books_copy, books_keep};
pub use differences::{Span, differences_count, differences_find, differences_list};
pub use events::{
    Waiting, event_close, event_keep, event_put_off, event_retry, event_take, events_failed_count,
    events_forget, events_list_failed,
};
pub use invoices::{invoice_find, invoice_issue};
pub use methods::{
    method_delete, method_find_by_source, method_insert, method_newest_token, method_token, methods_list,
};
pub use notices::notice_keep;
pub use outcomes::{outcome_keep, return_keep};
pub use payments::{payment_find, payment_lock, payment_lock_or_create, payment_of_reference, payment_save};
pub use schema::{simulator_notices, simulator_operations};
pub use submissions::{submission_find, submission_keep, submissions_forget};
pub use transactions::{transaction_known, transaction_record, transactions_list};
pub use work::{
    Job, Unresolved, unknown_ages, unresolved_list, work_ask_again, work_claim, work_unknown_since,
};
