//! What every role measures. One registry per process; labels are bounded.

use std::sync::LazyLock;

use prometheus::{
    Encoder, HistogramVec, IntCounterVec, IntGaugeVec, TextEncoder, register_histogram_vec,
    register_int_counter_vec, register_int_gauge_vec,
};

/// HTTP requests by role, method, route pattern and status.
pub static HTTP_REQUEST_SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    register_histogram_vec!(
        "shop_http_request_duration_seconds",
        "Time to answer a request",
        &["role", "method", "route", "status"],
        vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]
    )
    .expect("registered once")
});

/// Messages by role, type and what became of them: handled, duplicate, retried, parked.
pub static MESSAGES: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!("shop_messages_total", "Messages received", &["role", "type", "outcome"])
        .expect("registered once")
});

/// Messages that the broker has confirmed, by role.
pub static PUBLISHED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!("shop_outbox_published_total", "Messages the broker has confirmed", &["role"])
        .expect("registered once")
});

/// How far the outbox is behind: the age of its oldest row, by role.
pub static OUTBOX_LAG_SECONDS: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_outbox_lag_seconds",
        "Age of the oldest message not yet published",
        &["role"]
    )
    .expect("registered once")
});

/// Messages that wait in the outbox, by role; counted to [`crate::backlog::COUNTED`].
pub static OUTBOX_WAITING: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_outbox_waiting_messages",
        "Messages not yet published, counted to 10000",
        &["role"]
    )
    .expect("registered once")
});

/// 1 while the broker takes no messages because it is short of memory or disk, by role.
pub static BROKER_BLOCKED: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_broker_blocked",
        "1 while the broker takes no messages for want of memory or disk",
        &["role"]
    )
    .expect("registered once")
});

/// From the event to its consumer, by role and type.
pub static MESSAGE_AGE_SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    register_histogram_vec!(
        "shop_message_age_seconds",
        "Age of a message when its consumer takes it",
        &["role", "type"],
        vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0, 86400.0]
    )
    .expect("registered once")
});

/// Messages being handled now, by role.
pub static IN_HAND: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!("shop_consumer_in_hand", "Messages being handled now", &["role"])
        .expect("registered once")
});

/// Messages in the role's queues: waiting, retry, parked.
pub static QUEUE_MESSAGES: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!("shop_queue_messages", "Messages in the role's queues", &["role", "queue"])
        .expect("registered once")
});

/// How many months after this one have their partition, by role and table; 0 means that rows will soon be refused.
pub static PARTITIONS_AHEAD: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_partitions_months_ahead",
        "Months after this one that have their partition",
        &["role", "table"]
    )
    .expect("registered once")
});

/// Partitions whose retention was over, by role and table.
pub static PARTITIONS_DROPPED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_partitions_dropped_total",
        "Partitions dropped because their retention was over",
        &["role", "table"]
    )
    .expect("registered once")
});

/// Rows whose retention was over, by role and table.
pub static SWEPT: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_swept_rows_total",
        "Rows deleted because their retention was over",
        &["role", "table"]
    )
    .expect("registered once")
});

/// Reads that the primary had to serve because the replica did not answer, by role.
pub static READ_FALLBACKS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(
        "shop_database_read_fallbacks_total",
        "Reads served by the primary because the replica did not answer",
        &["role"]
    )
    .expect("registered once")
});

/// The registry in Prometheus' text format.
pub fn render() -> String {
    let mut text = Vec::new();
    TextEncoder::new().encode(&prometheus::gather(), &mut text).expect("metrics can be written to memory");
    String::from_utf8(text).expect("the text format is UTF-8")
}
