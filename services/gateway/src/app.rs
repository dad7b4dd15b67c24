//! The gateway's one use case.

mod submit_payment;

pub use submit_payment::{Payments, Submission};
