//! What only inventory measures.

use std::sync::LazyLock;

use prometheus::{
    IntCounter, IntCounterVec, IntGauge, register_int_counter, register_int_counter_vec, register_int_gauge,
};

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

/// Attempts to tell sellers' own systems of their stock.
pub static ERP_DELIVERIES: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_inventory_erp_deliveries_total",
        "Attempts to tell sellers' own systems of their stock",
        &["outcome"]
    )
    .expect("registered once")
});

/// Levels that the ledger does not add up to, as the last round of this replica found; anything but 0 is a defect.
pub static LEDGER_DIFFERENCES: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!(
        "shop_inventory_ledger_differences",
        "Levels that differ from what the ledger adds up to"
    )
    .expect("registered once")
});

/// When that was: a check that no longer runs finds nothing either.
pub static LEDGER_CHECKED: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!(
        "shop_inventory_ledger_checked_timestamp_seconds",
        "When the ledger was last added up"
    )
    .expect("registered once")
});
