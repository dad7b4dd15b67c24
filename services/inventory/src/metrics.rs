//! What only inventory measures.

use std::sync::LazyLock;

use prometheus::{IntCounter, IntCounterVec, register_int_counter, register_int_counter_vec};

use crate::domain::Answer;

/// Answers to the checkout saga; one whose transaction fails after it is counted again with the next attempt.
pub static ANSWERS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!("shop_inventory_answers_total", "Answers to the checkout saga", &["answer"])
        .expect("registered once")
});

/// Holds that ended because nobody committed or released them in time.
pub static EXPIRED: LazyLock<IntCounter> = LazyLock::new(|| {
    register_int_counter!("shop_inventory_expired_reservations_total", "Reservations that have expired")
        .expect("registered once")
});

/// The answer as a label.
pub fn outcome(answer: Answer) -> &'static str {
    match answer {
        Answer::Reserved => "reserved",
        Answer::Rejected => "rejected",
        Answer::Released => "released",
        Answer::Committed => "committed",
        Answer::CommitFailed => "commit_failed",
        Answer::Restocked => "restocked",
    }
}
