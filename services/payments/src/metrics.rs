//! What payments measures beside what every role does.

use std::sync::LazyLock;

use chrono::TimeDelta;
use contracts::api::payments::DifferenceKind;
use kernel::Timestamp;
use prometheus::{
    IntCounterVec, IntGauge, IntGaugeVec, register_int_counter_vec, register_int_gauge,
    register_int_gauge_vec,
};

use crate::domain::{Operation, Outcome};
use crate::store::codes::code;

/// Payments whose operation has an outcome that nobody knows: it should go back to zero by itself.
static UNKNOWN: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!("shop_payments_unknown", "Payments with an operation whose outcome is not known")
        .expect("registered once")
});

static UNKNOWN_BY_AGE: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_payments_unknown_by_age",
        "Payments with an operation whose outcome is not known, by how long it has not been",
        &["age"]
    )
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

static DIFFERENCES: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_payments_reconciliation_differences",
        "Where our books, the provider's and the orders' disagree",
        &["kind"]
    )
    .expect("registered once")
});

static AUDIT_SEALED: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!(
        "shop_payments_audit_sealed",
        "The last entry of the audit trail that is in its chain"
    )
    .expect("registered once")
});

/// The provider does not take our key or password: nothing can be paid until somebody mends it.
pub static CREDENTIALS_REFUSED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_payments_credentials_refused_total",
        "Calls that the provider answered with 401 or 403",
        &["provider"]
    )
    .expect("registered once")
});

/// Events that the provider sent: kept, known (came again), forged, too_old, malformed, unverifiable.
pub static WEBHOOKS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_payments_webhooks_total",
        "Events received from the provider",
        &["provider", "outcome"]
    )
    .expect("registered once")
});

/// Events that could not be worked off, and wait for a person.
pub static NOTICES_FAILED: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!("shop_payments_notices_failed", "Events of the provider that wait for a person")
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

/// Since when each of them is unknown. An hour and more: a person is needed, or soon will be.
pub fn unknown(since: &[Timestamp], now: Timestamp) {
    let younger = |than: TimeDelta| {
        let count = since.iter().filter(|since| now - **since < than).count();
        i64::try_from(count).expect("so many fit")
    };
    let (minutes, hour, day) =
        (younger(TimeDelta::minutes(5)), younger(TimeDelta::hours(1)), younger(TimeDelta::days(1)));
    let all = younger(TimeDelta::MAX);
    UNKNOWN.set(all);
    let ages =
        [("under_5m", minutes), ("under_1h", hour - minutes), ("under_1d", day - hour), ("older", all - day)];
    for (age, count) in ages {
        UNKNOWN_BY_AGE.with_label_values(&[age]).set(count);
    }
}

/// A kind that is not among them has none.
pub fn differences(counts: &[(DifferenceKind, i64)]) {
    use DifferenceKind::*;
    let kinds = [
        UnknownToUs,
        UnknownToProvider,
        AmountDiffers,
        ConfirmedNotCaptured,
        CapturedNotConfirmed,
        TotalDiffers,
        ReturnNotRefunded,
    ];
    for kind in kinds {
        let count = counts.iter().find(|(of, _)| *of == kind).map_or(0, |(_, count)| *count);
        DIFFERENCES.with_label_values(&[&code(kind)]).set(count);
    }
}

pub fn audit_sealed(sequence: i64) {
    AUDIT_SEALED.set(sequence);
}
