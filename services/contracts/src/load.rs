//! What a role's load is measured by, and the metrics that tell it: services export them, the operator asks for them.

/// Requests answered, by role; there from the start, so that no request at all is a number too.
pub const HTTP_REQUESTS: &str = "shop_http_requests_total";
/// A histogram of the time to answer, by role, method, route and status.
pub const HTTP_REQUEST_SECONDS: &str = "shop_http_request_duration_seconds";
/// Requests under way, by role.
pub const HTTP_REQUESTS_IN_FLIGHT: &str = "shop_http_requests_in_flight";
/// How long the oldest message in the role's queue has waited at most, by role.
pub const QUEUE_AGE_SECONDS: &str = "shop_queue_age_seconds";
/// The age of the oldest message of the outbox, by role.
pub const OUTBOX_LAG_SECONDS: &str = "shop_outbox_lag_seconds";
/// Checkouts under way, but for those that wait for another service in vain; each replica says the same.
pub const CHECKOUTS_IN_FLIGHT: &str = "shop_orders_checkouts_in_flight";
/// What a role has taken from its queue and has not finished: a role with such work does not sleep.
pub const WORK_PENDING: &str = "shop_work_pending";
/// Seconds of CPU that the process has used.
pub const PROCESS_CPU_SECONDS: &str = "process_cpu_seconds_total";
/// Messages that wait in a queue: RabbitMQ's own, for a role without pods can't say it.
pub const BROKER_WAITING: &str = "rabbitmq_detailed_queue_messages_ready";
/// Messages that a consumer has and has not acknowledged: RabbitMQ's own.
pub const BROKER_UNACKNOWLEDGED: &str = "rabbitmq_detailed_queue_messages_unacked";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Load {
    /// Per pod.
    RequestsPerSecond,
    /// Requests under way per pod.
    Concurrency,
    /// Milliseconds.
    P99Latency,
    /// Messages per pod.
    QueueDepth,
    /// Seconds.
    QueueAge,
    /// Seconds.
    OutboxLag,
    /// Per pod.
    CheckoutsInFlight,
    /// Percent of the CPU that a pod requests, per pod.
    Cpu,
}

impl Load {
    pub const ALL: [Self; 8] = [
        Self::RequestsPerSecond,
        Self::Concurrency,
        Self::P99Latency,
        Self::QueueDepth,
        Self::QueueAge,
        Self::OutboxLag,
        Self::CheckoutsInFlight,
        Self::Cpu,
    ];

    /// The metric that it is computed from.
    pub fn metric(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => HTTP_REQUESTS,
            Self::P99Latency => HTTP_REQUEST_SECONDS,
            Self::Concurrency => HTTP_REQUESTS_IN_FLIGHT,
            Self::QueueDepth => BROKER_WAITING,
            Self::QueueAge => QUEUE_AGE_SECONDS,
            Self::OutboxLag => OUTBOX_LAG_SECONDS,
            Self::CheckoutsInFlight => CHECKOUTS_IN_FLIGHT,
            Self::Cpu => PROCESS_CPU_SECONDS,
        }
    }

    /// Of what is measured; of a target too, but that a share of a pod's CPU is given in percent of what it requests.
    pub fn unit(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => "requests/s",
            Self::Concurrency => "requests",
            Self::P99Latency => "ms",
            Self::QueueDepth => "messages",
            Self::QueueAge | Self::OutboxLag => "s",
            Self::CheckoutsInFlight => "checkouts",
            Self::Cpu => "cores",
        }
    }
}
