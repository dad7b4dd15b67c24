//! How many sagas are under way, for how long, and how many of them don't get on. Every replica says the same of
//! these: take the maximum. The durations of those that ended are each replica's own: add them up.

use std::sync::LazyLock;

use contracts::{Role, load};
use prometheus::{
    GaugeVec, HistogramVec, IntGauge, IntGaugeVec, register_gauge_vec, register_histogram_vec,
    register_int_gauge, register_int_gauge_vec,
};

use crate::domain::checkout::Checkout;
use crate::store::sagas::InState;

const CHECKOUTS: [&str; 9] = [
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
const RETURNS: [&str; 4] = ["requested", "awaiting_goods", "refunding", "restocking"];

/// The gauges of one kind of saga.
struct Gauges {
    states: &'static [&'static str],
    under_way: IntGaugeVec,
    oldest: GaugeVec,
    overdue: IntGauge,
}

static OF_CHECKOUTS: LazyLock<Gauges> = LazyLock::new(|| Gauges {
    states: &CHECKOUTS,
    under_way: register_int_gauge_vec!("shop_orders_sagas", "Checkout sagas under way, by state", &["state"])
        .expect("registered once"),
    oldest: register_gauge_vec!(
        "shop_orders_sagas_oldest_seconds",
        "For how long the oldest checkout saga has been in its state",
        &["state"]
    )
    .expect("registered once"),
    overdue: register_int_gauge!("shop_orders_sagas_overdue", "Checkout sagas that are stuck")
        .expect("registered once"),
});

static OF_RETURNS: LazyLock<Gauges> = LazyLock::new(|| Gauges {
    states: &RETURNS,
    under_way: register_int_gauge_vec!("shop_orders_returns", "Returns under way, by state", &["state"])
        .expect("registered once"),
    oldest: register_gauge_vec!(
        "shop_orders_returns_oldest_seconds",
        "For how long the oldest return has been in its state",
        &["state"]
    )
    .expect("registered once"),
    overdue: register_int_gauge!("shop_orders_returns_overdue", "Returns that are stuck")
        .expect("registered once"),
});

/// What orders is scaled by.
static CHECKOUTS_IN_FLIGHT: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        load::CHECKOUTS_IN_FLIGHT,
        "Checkouts under way, but for those that wait for another service in vain",
        &["role"]
    )
    .expect("registered once")
});

/// From a blink to a day: what waits for a shopper, and what waits for a server that is away.
static DURATION: LazyLock<HistogramVec> = LazyLock::new(|| {
    register_histogram_vec!(
        "shop_orders_saga_duration_seconds",
        "From the order to the end of its checkout saga, by how it ended",
        &["outcome"],
        vec![0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0, 21_600.0, 86_400.0]
    )
    .expect("registered once")
});

/// Shows 0 before anything was counted.
pub fn begin() {
    CHECKOUTS_IN_FLIGHT.with_label_values(&[Role::Orders.name()]);
}

pub fn record(counts: &[InState]) {
    for (gauges, is_return) in [(&OF_CHECKOUTS, false), (&OF_RETURNS, true)] {
        let of_kind: Vec<&InState> = counts.iter().filter(|count| count.is_return == is_return).collect();
        for state in gauges.states {
            let found = of_kind.iter().find(|count| count.status == *state);
            gauges.under_way.with_label_values(&[state]).set(found.map_or(0, |count| count.sagas));
            gauges.oldest.with_label_values(&[state]).set(found.map_or(0.0, |count| count.oldest_seconds));
        }
        gauges.overdue.set(of_kind.iter().map(|count| count.stuck).sum());
    }
    let checkouts = counts.iter().filter(|count| !count.is_return);
    CHECKOUTS_IN_FLIGHT
        .with_label_values(&[Role::Orders.name()])
        .set(checkouts.map(|count| count.sagas - count.asked_in_vain).sum());
}

/// Where it is the end of the saga.
pub fn ended(checkout: &Checkout) {
    if checkout.deadline.is_none() {
        let took = (checkout.entered_at - checkout.order.created_at).to_std().unwrap_or_default();
        DURATION.with_label_values(&[checkout.saga.state.name()]).observe(took.as_secs_f64());
    }
}
