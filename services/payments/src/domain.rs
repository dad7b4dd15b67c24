//! What a payment is and how it changes. Pure: nothing here reads, writes, waits or knows the time.

mod answer;
mod audit;
mod notice;
mod payment;
mod provider;
mod refund;
mod schedule;

pub use answer::Answer;
pub use audit::{Actor, Entry, Kept, Link};
pub use notice::{News, Notice};
pub use payment::{Payment, Settled, Submitted, Unfit};
pub use provider::{BookEntry, BookPage, Call, Key, Operation, Outcome, Provider, Work};
pub use refund::{Refund, RefundReason, RefundState};
pub use schedule::{ask_again_after, ask_anew_after};
