//! Where the metrics are, and where traces go.

use std::time::Duration;

use operator_api::{EcommerceStackSpec, ExternalPrometheus, ObjectName, PodMonitorMode, PrometheusMode};

use super::findings::Below;
use super::{Findings, address, images, servers};
use crate::plan::{Collector, MetricsServer, Observability};
use crate::{PrometheusPlan, PrometheusServer, names};

const LONGEST_RETENTION_H: u32 = 365 * 24;

/// `name` and `namespace` are the stack's.
pub fn plan(
    spec: &EcommerceStackSpec,
    name: &str,
    namespace: &str,
    findings: &mut Findings,
) -> Observability {
    let scheme = if spec.security.mtls.enabled { "https" } else { "http" };
    let prometheus = &spec.observability.prometheus;
    let embedded = embedded(spec, findings);
    let collector = collector(spec, namespace, findings);
    let mut findings = findings.below("spec.observability.prometheus");
    if (prometheus.mode == PrometheusMode::External) != prometheus.external.is_some() {
        findings.add("external", "mode External needs external.url, and the other modes have no use for it: set the mode or remove external");
    }
    let external = prometheus.external.as_ref().map(|it| external(it, &mut findings.below("external")));
    let usual = match prometheus.mode {
        PrometheusMode::Embedded => 5,
        PrometheusMode::External | PrometheusMode::Disabled => 30,
    };
    let interval = prometheus.scrape_interval_seconds.unwrap_or(usual);
    let (server, embedded) = match (prometheus.mode, external) {
        (PrometheusMode::Embedded, _) => {
            let url = format!(
                "{scheme}://{}.{namespace}.svc:{}",
                names::prometheus(name),
                crate::ports::PROMETHEUS
            );
            (PrometheusServer::Embedded { url }, Some(embedded))
        }
        (PrometheusMode::External, Some(server)) => (server, None),
        (PrometheusMode::External, None) | (PrometheusMode::Disabled, _) => {
            (PrometheusServer::Disabled, None)
        }
    };
    Observability {
        prometheus: PrometheusPlan {
            server,
            scrape_interval: findings.seconds("scrapeIntervalSeconds", interval, 5, 120),
        },
        embedded,
        pod_monitors: spec.observability.pod_monitor == PodMonitorMode::Auto,
        collector,
    }
}

fn embedded(spec: &EcommerceStackSpec, findings: &mut Findings) -> MetricsServer {
    let embedded = &spec.observability.prometheus.embedded;
    let path = "spec.observability.prometheus.embedded";
    images::check(embedded.image.as_ref(), &format!("{path}.image"), findings);
    let volume = servers::volume(&embedded.storage, path, findings);
    let hours =
        findings.below(path).number("retentionHours", embedded.retention_hours, 1, LONGEST_RETENTION_H);
    MetricsServer {
        image: embedded.image.as_ref().map(|image| image.0.clone()),
        volume,
        retention: Duration::from_secs(u64::from(hours) * 3600),
    }
}

fn external(external: &ExternalPrometheus, findings: &mut Below<'_>) -> PrometheusServer {
    let url = &external.url.0;
    if !address::is_one(url) {
        // Not repeated, for there may be a password in it.
        let message =
            "no address: write it as https://prometheus.example.com:9090, without user, query and fragment";
        findings.add("url", message);
    }
    let mut secret = |name: &Option<ObjectName>, path: &str| {
        let name = name.as_ref().map(|name| name.0.clone())?;
        if !names::is_subdomain(&name) {
            findings.add(path, format!("`{name}` can't be the name of a Secret: correct it"));
        }
        Some(name)
    };
    let auth_secret = secret(&external.auth_secret_name, "authSecretName");
    let ca_secret = secret(&external.ca_secret_name, "caSecretName");
    PrometheusServer::External { url: url.trim_end_matches('/').to_owned(), auth_secret, ca_secret }
}

fn collector(spec: &EcommerceStackSpec, own: &str, findings: &mut Findings) -> Option<Collector> {
    let url = &spec.observability.otlp_endpoint.as_ref()?.0;
    if !address::is_one(url) {
        // Not repeated, for there may be a password in it.
        let message = "no address of a collector: write it as in http://collector.monitoring:4318, without user, query and fragment";
        findings.add("spec.observability.otlpEndpoint", message);
        return None;
    }
    Some(Collector {
        url: url.trim_end_matches('/').to_owned(),
        port: address::port(url),
        namespace: address::namespace(url, own),
    })
}
