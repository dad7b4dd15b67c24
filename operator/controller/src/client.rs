//! The Kubernetes client: one for the whole process, counting what it sends.

use std::time::Duration;

use kube::client::{Body, ClientBuilder};
use kube::{Client, Config};
use tower::util::MapRequestLayer;

use crate::failure::Failure;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::request_kind::RequestKind;

/// Where the cluster is, from the pod's service account or a kubeconfig.
pub async fn config() -> Result<Config, Failure> {
    let mut config = Config::infer().await.map_err(|error| {
        Failure::input(format!("neither in a pod nor with a usable kubeconfig (KUBECONFIG): {error}"))
    })?;
    config.connect_timeout = Some(Duration::from_secs(5));
    // Fifteen silent tries inside of one call would outlast the Lease; whoever calls decides when to try again.
    config.default_retry = false;
    Ok(config)
}

pub fn client(config: Config, metrics: Metrics, health: Health) -> Result<Client, Failure> {
    let address = config.cluster_url.to_string();
    let counted = MapRequestLayer::new(move |request: hyper::Request<Body>| {
        count(&request, &metrics, &health);
        request
    });
    let builder = ClientBuilder::try_from(config)
        .map_err(|error| Failure::input(format!("could not set up a client for {address}: {error}")))?;
    Ok(builder.with_layer(&counted).build())
}

fn count(request: &hyper::Request<Body>, metrics: &Metrics, health: &Health) {
    let content_type =
        request.headers().get(hyper::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let uri = request.uri();
    if let Some(kind) = RequestKind::of(request.method().as_str(), uri.path(), uri.query(), content_type) {
        match kind.verb {
            "watch" => health.watch_asked(&watched(uri)),
            "list" => health.list_asked(&watched(uri)),
            _ => {}
        }
        metrics.requested(&kind);
    }
}

/// What is watched: one kind may be, twice, by other labels.
fn watched(uri: &hyper::Uri) -> String {
    let labels = uri
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'))
        .find(|pair| pair.starts_with("labelSelector="));
    format!("{}?{}", uri.path(), labels.unwrap_or_default())
}

/// The innermost cause: what went wrong between us and the API server, without the layers that passed it on.
pub fn reason(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        return format!("{} ({} {})", status.message, status.code, status.reason);
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Whether the API server answered with this HTTP status.
pub fn answered(error: &kube::Error, code: u16) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == code)
}

/// Whether the API server will say this again however often it is asked.
pub fn refused(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if [400, 403, 404, 405, 413, 422].contains(&status.code))
}
