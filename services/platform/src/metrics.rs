//! What every role measures, as docs/metrics.md lists it. One registry per process; labels are bounded.
//!
//! Names that the operator asks for are those of [`contracts::load`].

mod certificates;
mod counted;
mod scrape;

use std::sync::LazyLock;

use contracts::{Role, load};
use prometheus::{
    GaugeVec, HistogramVec, IntCounterVec, IntGaugeVec, register_gauge_vec, register_histogram_vec,
    register_int_counter_vec, register_int_gauge_vec,
};

pub(crate) use certificates::{TLS_BUNDLE_INFO, TLS_CERTIFICATE_EXPIRY, TLS_RELOAD_FAILURES};
pub(crate) use counted::Counted;
pub(crate) use scrape::Scrape;
pub use scrape::render;

/// HTTP requests that were answered, by role.
pub static HTTP_REQUESTS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!(load::HTTP_REQUESTS, "Requests answered", &["role"]).expect("registered once")
});

/// HTTP requests by role, method, route pattern and status.
pub static HTTP_REQUEST_SECONDS: LazyLock<HistogramVec> = LazyLock::new(|| {
    register_histogram_vec!(
        load::HTTP_REQUEST_SECONDS,
        "Time to answer a request",
        &["role", "method", "route", "status"],
        vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]
    )
    .expect("registered once")
});

/// HTTP requests that have not been answered yet, by role.
pub static HTTP_REQUESTS_IN_FLIGHT: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(load::HTTP_REQUESTS_IN_FLIGHT, "Requests not answered yet", &["role"])
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
        load::OUTBOX_LAG_SECONDS,
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

/// How long the oldest message in the role's queue has waited at most, by role; each replica says what it knows.
pub static QUEUE_AGE_SECONDS: LazyLock<GaugeVec> = LazyLock::new(|| {
    register_gauge_vec!(
        load::QUEUE_AGE_SECONDS,
        "How long the oldest message in the role's queue has waited at most",
        &["role"]
    )
    .expect("registered once")
});

/// Connections to the role's database, by role, pool (primary, replica) and state (idle, in_use).
pub static POOL_CONNECTIONS: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_database_pool_connections",
        "Connections to the role's database",
        &["role", "pool", "state"]
    )
    .expect("registered once")
});

/// How many of them there may be, by role and pool.
pub static POOL_CONNECTIONS_MAX: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_database_pool_connections_max",
        "Connections to the role's database that there may be at once",
        &["role", "pool"]
    )
    .expect("registered once")
});

/// Who waits for one of them, by role and pool.
pub static POOL_WAITING: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    register_int_gauge_vec!(
        "shop_database_pool_waiting",
        "Pieces of work that wait for a connection to the role's database",
        &["role", "pool"]
    )
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

/// Shows 0 where nothing has happened yet: no series at all would say that nobody knows.
pub(crate) fn begin(role: Role) {
    let label = [role.name()];
    HTTP_REQUESTS.with_label_values(&label);
    HTTP_REQUESTS_IN_FLIGHT.with_label_values(&label);
    if role.speaks_amqp() {
        OUTBOX_LAG_SECONDS.with_label_values(&label);
    }
    if !role.spec().subscriptions.is_empty() {
        IN_HAND.with_label_values(&label);
        QUEUE_AGE_SECONDS.with_label_values(&label);
    }
}
