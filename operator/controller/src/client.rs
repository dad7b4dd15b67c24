//! The Kubernetes client: one for the whole process, counting what it sends, and sending no write without the Lease.

use std::future::{Ready, ready};
use std::task::{self, Poll};
use std::time::Duration;

use futures::TryFutureExt;
use futures::future::{Either, MapErr};
use hyper::Request;
use kube::client::{Body, ClientBuilder};
use kube::{Client, Config};
use tower::{BoxError, Layer, Service};

use crate::failure::Failure;
use crate::health::Health;
use crate::lease::{Over, Reign};
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

/// What every request passes on its way out: it is counted and, where it writes, held back once another process may lead.
#[derive(Clone)]
pub struct Gate {
    pub metrics: Metrics,
    pub health: Health,
    /// None for a process that never leads.
    pub reign: Option<Reign>,
}

#[derive(Clone)]
pub struct Gated<S> {
    inner: S,
    gate: Gate,
}

pub fn client(config: Config, gate: Gate) -> Result<Client, Failure> {
    let address = config.cluster_url.to_string();
    let builder = ClientBuilder::try_from(config)
        .map_err(|error| Failure::input(format!("could not set up a client for {address}: {error}")))?;
    Ok(builder.with_layer(&gate).build())
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, gate: self.clone() }
    }
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Either<MapErr<S::Future, fn(S::Error) -> BoxError>, Ready<Result<S::Response, BoxError>>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self.gate.pass(&request) {
            Ok(()) => Either::Left(self.inner.call(request).map_err(Into::into)),
            Err(over) => Either::Right(ready(Err(over.into()))),
        }
    }
}

impl Gate {
    fn pass(&self, request: &Request<Body>) -> Result<(), Over> {
        let content_type =
            request.headers().get(hyper::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let uri = request.uri();
        let kind = RequestKind::of(request.method().as_str(), uri.path(), uri.query(), content_type);
        let Some(kind) = kind else { return Ok(()) };
        match &self.reign {
            // By the Lease it is decided who leads.
            Some(reign) if kind.writes() && kind.resource != "leases" => reign.check()?,
            _ => {}
        }
        match kind.verb {
            "watch" => self.health.watch_asked(&watched(uri)),
            "list" => self.health.list_asked(&watched(uri)),
            _ => {}
        }
        self.metrics.requested(&kind);
        Ok(())
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

/// Whether the API server will say this again however often it is asked, or somebody else has to mend something first.
pub fn refused(error: &kube::Error) -> bool {
    let kube::Error::Api(status) = error else { return false };
    let webhook_is_away = status.code == 500 && status.message.contains("failed calling webhook");
    webhook_is_away || [400, 403, 404, 405, 413, 422].contains(&status.code)
}

/// From a 429: how long to leave the API server alone.
pub fn asked_to_wait(error: &kube::Error) -> Duration {
    let kube::Error::Api(status) = error else { return Duration::ZERO };
    let seconds = status.details.as_ref().map_or(0, |details| details.retry_after_seconds);
    Duration::from_secs(seconds.into())
}
