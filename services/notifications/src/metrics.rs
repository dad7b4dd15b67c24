//! What notifications measures beside what every role does.

use std::sync::LazyLock;

use contracts::load;
use prometheus::{
    IntCounter, IntCounterVec, IntGauge, IntGaugeVec, register_int_counter, register_int_counter_vec,
    register_int_gauge, register_int_gauge_vec,
};

/// By channel and template.
pub static SENT: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_notifications_sent_total",
        "Notifications that a channel has taken",
        &["channel", "template"]
    )
    .expect("registered once")
});

/// By channel and template.
pub static FAILED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_notifications_failed_total",
        "Notifications that were given up",
        &["channel", "template"]
    )
    .expect("registered once")
});

/// By channel: attempts after which a notification is tried again.
pub static RETRIED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_notifications_retried_total",
        "Attempts in vain that are followed by another",
        &["channel"]
    )
    .expect("registered once")
});

/// By channel: since when the oldest one waits that is neither sent nor given up.
pub static QUEUE_AGE_SECONDS: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_notifications_queue_age_seconds",
        "Age of the oldest notification that is neither sent nor given up",
        &["channel"]
    )
    .expect("registered once")
});

/// Notifications that are neither sent nor given up.
pub static WORK_PENDING: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        load::WORK_PENDING,
        "Work taken from the role's queue and not finished",
        &["role"]
    )
    .expect("registered once")
});

/// News of people whom users has not told us of yet.
pub static WAITING: LazyLock<IntGauge> = LazyLock::new(|| {
    register_int_gauge!(
        "shop_notifications_waiting",
        "News that waits until the person is known whom it is for"
    )
    .expect("registered once")
});

/// Should stay at zero: every order has a registered customer.
pub static EXPIRED: LazyLock<IntCounter> = LazyLock::new(|| {
    register_int_counter!(
        "shop_notifications_expired_total",
        "News that was dropped because nobody knew in time whom it is for"
    )
    .expect("registered once")
});
