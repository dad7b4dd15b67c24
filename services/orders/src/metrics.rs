//! How many sagas are under way, and how many of them don't get on. Every replica says the same: take the maximum.

use std::sync::LazyLock;

use prometheus::{IntGauge, IntGaugeVec, register_int_gauge, register_int_gauge_vec};

use crate::store::checkouts::InState;

const UNDER_WAY: [&str; 9] = [
    "reserving",
    "authorizing",
    "window",
    "committing",
    "capturing",
    "voiding",
    "releasing",
    "restocking",
    "refunding",
];

static SAGAS: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!("shop_orders_sagas", "Checkout sagas under way, by state", &["state"])
        .expect("registered once")
});

static OVERDUE: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!("shop_orders_sagas_overdue", "Checkout sagas that don't get on")
        .expect("registered once")
});

pub fn record(counts: &[InState]) {
    for state in UNDER_WAY {
        let found = counts.iter().find(|count| count.status == state);
        SAGAS.with_label_values(&[state]).set(found.map_or(0, |count| count.sagas));
    }
    OVERDUE.set(counts.iter().map(|count| count.overdue).sum());
}
