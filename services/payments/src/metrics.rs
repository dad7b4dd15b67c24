//! What payments measures beside what every role does.

use std::sync::LazyLock;

use prometheus::{IntCounterVec, IntGauge, register_int_counter_vec, register_int_gauge};

use crate::domain::{Operation, Outcome};

/// Payments whose operation has an outcome that nobody knows: it should go back to zero by itself.
pub static UNKNOWN: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!("shop_payments_unknown", "Payments with an operation whose outcome is not known")
        .expect("registered once")
});

static PROVIDER_CALLS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_payments_provider_calls_total",
        "Calls to the payment provider",
        &["operation", "outcome"]
    )
    .expect("registered once")
});

pub fn provider_call(operation: Operation, outcome: &Outcome) {
    let outcome = match outcome {
        Outcome::Approved { .. } => "approved",
        Outcome::Declined { .. } => "declined",
        Outcome::Unknown => "unknown",
    };
    PROVIDER_CALLS.with_label_values(&[operation.name(), outcome]).inc();
}
