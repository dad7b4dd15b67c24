//! What the operator counts, in one registry, printed in Prometheus' text format.

use std::time::Duration;

use prometheus::{Encoder, Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::request_kind::RequestKind;

mod certificates;
mod per_stack;
mod scaling;

pub use certificates::CertificateMetrics;
pub use scaling::ScalingMetrics;

const NAMESPACE: &str = "ecommerce_operator";

#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    reconciles: IntCounterVec,
    reconcile_seconds: Histogram,
    api_reads: IntCounterVec,
    api_writes: IntCounterVec,
    watch_failures: IntCounterVec,
    leader: IntGauge,
    queries: IntCounterVec,
    query_seconds: Histogram,
    scaling: ScalingMetrics,
    certificates: CertificateMetrics,
}

/// How a reconcile ended: the only values that its label takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReconcileResult {
    Settled,
    Progressing,
    Rejected,
    Failed,
    TimedOut,
}

impl ReconcileResult {
    const ALL: [Self; 5] = [Self::Settled, Self::Progressing, Self::Rejected, Self::Failed, Self::TimedOut];

    const fn label(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Progressing => "progressing",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
        }
    }
}

impl Metrics {
    pub fn new() -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let options = Opts::new(name, help).namespace(NAMESPACE);
            let metric = IntCounterVec::new(options, labels).expect("names and labels are valid");
            registry.register(Box::new(metric.clone())).expect("names are unique");
            metric
        };
        let reconciles = counter("reconciles_total", "Reconciles by how they ended", &["result"]);
        for result in ReconcileResult::ALL {
            reconciles.with_label_values(&[result.label()]);
        }
        let api_reads =
            counter("api_reads_total", "Reading requests sent to the API server", &["kind", "verb"]);
        let api_writes =
            counter("api_writes_total", "Writing requests sent to the API server", &["kind", "verb"]);
        let watch_failures =
            counter("watch_failures_total", "Watches that broke and are tried again", &["kind"]);
        let queries = counter("prometheus_queries_total", "Queries by how they ended", &["outcome"]);

        let seconds = HistogramOpts::new("reconcile_duration_seconds", "How long reconciles take")
            .namespace(NAMESPACE)
            .buckets(vec![0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]);
        let reconcile_seconds = Histogram::with_opts(seconds).expect("the buckets ascend");
        let seconds = HistogramOpts::new("prometheus_query_duration_seconds", "How long queries take")
            .namespace(NAMESPACE)
            .buckets(vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]);
        let query_seconds = Histogram::with_opts(seconds).expect("the buckets ascend");
        let leader =
            IntGauge::with_opts(Opts::new("leader", "1 while this process leads").namespace(NAMESPACE))
                .expect("the name is valid");
        registry.register(Box::new(reconcile_seconds.clone())).expect("names are unique");
        registry.register(Box::new(query_seconds.clone())).expect("names are unique");
        registry.register(Box::new(leader.clone())).expect("names are unique");
        let scaling = ScalingMetrics::new(&registry);
        let certificates = CertificateMetrics::new(&registry);
        let process = prometheus::process_collector::ProcessCollector::for_self();
        registry.register(Box::new(process)).expect("names are unique");

        Self {
            registry,
            reconciles,
            reconcile_seconds,
            api_reads,
            api_writes,
            watch_failures,
            leader,
            queries,
            query_seconds,
            scaling,
            certificates,
        }
    }

    pub fn reconciled(&self, result: ReconcileResult, took: Duration) {
        self.reconciles.with_label_values(&[result.label()]).inc();
        self.reconcile_seconds.observe(took.as_secs_f64());
    }

    pub fn requested(&self, request: &RequestKind) {
        let counter = if request.writes() { &self.api_writes } else { &self.api_reads };
        counter.with_label_values(&[request.resource.as_str(), request.verb]).inc();
    }

    pub fn watch_failed(&self, kind: &str) {
        self.watch_failures.with_label_values(&[kind]).inc();
    }

    /// A query to a Prometheus ended so.
    pub fn queried(&self, outcome: &str, took: Duration) {
        self.queries.with_label_values(&[outcome]).inc();
        self.query_seconds.observe(took.as_secs_f64());
    }

    pub fn scaling(&self) -> &ScalingMetrics {
        &self.scaling
    }

    pub fn certificates(&self) -> &CertificateMetrics {
        &self.certificates
    }

    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// The page behind `/metrics`.
    pub fn text(&self) -> Vec<u8> {
        let mut page = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut page).expect("writing to memory succeeds");
        page
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
