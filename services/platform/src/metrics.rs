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

/// The registry in Prometheus' text format.
pub fn render() -> String {
    let mut text = Vec::new();
    TextEncoder::new().encode(&prometheus::gather(), &mut text).expect("metrics can be written to memory");
    String::from_utf8(text).expect("the text format is UTF-8")
}
