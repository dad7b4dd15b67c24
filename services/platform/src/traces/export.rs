//! Sends spans to a collector (OTLP over HTTP), from a thread of its own and in batches: whoever makes a span never waits.
//!
//! The queue has an end. A collector that is away costs the spans that come meanwhile, and one line in the log.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter as Otlp, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use tracing::{info, warn};
use url::Url;

use super::ON;
use crate::ConfigError;
use crate::telemetry::address_of;

/// The standard's name, and this process's only switch for traces.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// For one batch, with what is tried again.
const SENT_WITHIN: Duration = Duration::from_secs(3);

/// What is left of the time that a pod has to stop is for more important things.
const FLUSHED_WITHIN: Duration = Duration::from_secs(2);

/// To a collector, until it is dropped.
pub(crate) struct Exporting(SdkTracerProvider);

impl Exporting {
    /// `None` where there is no collector. Sampling and the size of batches follow the standard's variables.
    pub fn start(service: &str, variables: &BTreeMap<String, String>) -> Result<Option<Self>, ConfigError> {
        let Some(endpoint) = variables.get(ENDPOINT).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let wrong = |reason: String| ConfigError::Wrong { name: ENDPOINT.to_owned(), reason };
        let endpoint = collector(endpoint).ok_or_else(|| {
            wrong("it must be http:// or https:// with a host, without user, query and fragment".to_owned())
        })?;
        let inner = Otlp::builder()
            .with_http()
            .with_endpoint(endpoint.as_str())
            .with_timeout(SENT_WITHIN)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let exporter = Told { inner, address: address_of(endpoint.as_str()), lost: AtomicU64::new(0) };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource(service, variables))
            .build();
        ON.store(true, Ordering::Relaxed);
        Ok(Some(Self(provider)))
    }

    pub fn tracer(&self) -> SdkTracer {
        self.0.tracer("shop")
    }
}

impl Drop for Exporting {
    /// Sends what is left, but does not wait long for it.
    fn drop(&mut self) {
        ON.store(false, Ordering::Relaxed);
        if let Err(error) = self.0.shutdown_with_timeout(FLUSHED_WITHIN) {
            warn!(%error, "The last traces were not sent");
        }
    }
}

fn collector(endpoint: &str) -> Option<Url> {
    let url = Url::parse(endpoint).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
    let mut url = plain.then_some(url)?;
    url.set_path(&path);
    Some(url)
}

/// Who we are; which shop it is, the operator says in `OTEL_RESOURCE_ATTRIBUTES`.
fn resource(service: &str, variables: &BTreeMap<String, String>) -> Resource {
    let mut attributes = vec![KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
    // In a pod, its name.
    attributes.extend(variables.get("HOSTNAME").map(|pod| KeyValue::new("service.instance.id", pod.clone())));
    Resource::builder().with_service_name(service.to_owned()).with_attributes(attributes).build()
}

/// Tells once that the collector is away, and once that it is back.
#[derive(Debug)]
struct Told {
    inner: Otlp,
    address: String,
    /// Since it is away; nobody else changes it.
    lost: AtomicU64,
}

impl SpanExporter for Told {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let (size, address) = (batch.len() as u64, &self.address);
        let sent = self.inner.export(batch).await;
        match &sent {
            Ok(()) => {
                let lost = self.lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    info!(collector = %address, lost, "Traces reach {address} again; {lost} spans were lost");
                }
            }
            Err(error) => {
                if self.lost.fetch_add(size, Ordering::Relaxed) == 0 {
                    warn!(collector = %address, %error, "Traces don't reach {address}, so they are lost: {error}");
                }
            }
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_appended_to_the_collectors_own() {
        for (endpoint, expected) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("https://otlp.example.com/tenant/", "https://otlp.example.com/tenant/v1/traces"),
        ] {
            assert_eq!(collector(endpoint).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_is_no_collector_is_refused_and_not_repeated() {
        for wrong in [
            "collector:4318",
            "collector",
            "grpc://collector:4317",
            "http://me:secret@collector",
            "http://collector?key=secret",
            "http://collector#secret",
            "http://",
        ] {
            let variables = BTreeMap::from([(ENDPOINT.to_owned(), wrong.to_owned())]);
            let refused = Exporting::start("orders", &variables).err().unwrap().to_string();
            assert!(
                refused.starts_with("variable OTEL_EXPORTER_OTLP_ENDPOINT is wrong"),
                "{wrong}: {refused}"
            );
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn without_a_collector_nothing_is_exported() {
        let empty = BTreeMap::from([(ENDPOINT.to_owned(), String::new())]);
        for variables in [BTreeMap::new(), empty] {
            assert!(Exporting::start("orders", &variables).unwrap().is_none());
        }
    }
}
