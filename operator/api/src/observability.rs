//! Where the metrics are that services are scaled by, and where traces go.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CollectorUrl, Image, ObjectName, Storage, Url};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct Observability {
    /// The Prometheus that the operator asks.
    pub prometheus: Prometheus,
    /// PodMonitors for a Prometheus that the Prometheus operator runs.
    pub pod_monitor: PodMonitorMode,
    /// A collector that services send their traces to (OTLP over HTTP), such as `http://collector.monitoring:4318`; they append
    /// `/v1/traces`. Left out, nothing is traced. To change it restarts every service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_endpoint: Option<CollectorUrl>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("(self.mode == 'External') == has(self.external)")
        .message("mode External needs external.url, and the other modes have no use for it: set the mode or remove external")
        .field_path(".external")
)]
pub struct Prometheus {
    /// Embedded: a small one of the stack's own. External: one that somebody else runs. Disabled: none, so nothing is scaled by metrics.
    #[serde(default)]
    pub mode: PrometheusMode,
    /// Settings of mode Embedded.
    #[serde(default)]
    pub embedded: EmbeddedPrometheus,
    /// Settings of mode External.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalPrometheus>,
    /// How often it asks each pod; the windows of presets follow from it.
    #[schemars(range(min = 5, max = 120))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape_interval_seconds: Option<i32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PrometheusMode {
    #[default]
    Embedded,
    External,
    Disabled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(inline)]
pub struct EmbeddedPrometheus {
    /// Where the samples are.
    pub storage: Storage,
    /// How long samples are kept, as long as there is room for them.
    #[schemars(range(min = 1, max = 8760))]
    pub retention_hours: i32,
    /// Image with Prometheus in /bin; the operator's default when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
}

impl Default for EmbeddedPrometheus {
    fn default() -> Self {
        Self { storage: Storage::default(), retention_hours: 24, image: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct ExternalPrometheus {
    /// Its address, such as `https://prometheus.monitoring.svc:9090`.
    pub url: Url,
    /// A Secret with `token`, or with `username` and `password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_secret_name: Option<ObjectName>,
    /// A Secret whose `ca.crt` signed the server's certificate. KEDA heeds it only beside `authSecretName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_secret_name: Option<ObjectName>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PodMonitorMode {
    /// Where the kind is installed.
    #[default]
    Auto,
    Disabled,
}
