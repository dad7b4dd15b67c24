//! Where the services are, and how a request gets to one of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use contracts::Role;
use platform::{ConfigError, MainRuntime, Problem, Settings, traces};
use reqwest::{Client, Request, Response, StatusCode};
use tracing::{Instrument, info, warn};
use url::Url;

use crate::breaker::Breaker;
use crate::metrics;

/// From the first byte of the request to the last byte of the answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sooner than a service gives up waiting for what others have.
const AT_ONCE: Duration = Duration::from_secs(2);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Shorter than the services keep an idle connection (5 s), so that we don't write on one that is being closed.
const IDLE: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub struct Upstreams {
    http: Client,
    runtime: MainRuntime,
    bases: Arc<BTreeMap<Role, Url>>,
    breakers: Arc<BTreeMap<Role, Breaker>>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing was sent, for it has not answered for a while.
    #[error("{role} is left alone for a moment")]
    Resting { role: Role },
    /// Nothing was sent.
    #[error("{role} can't be reached")]
    Unreachable { role: Role, source: reqwest::Error },
    /// It may have been done, or not.
    #[error("{role} broke off")]
    Broken { role: Role, source: reqwest::Error },
    #[error("{role} did not answer within {} s", TIMEOUT.as_secs())]
    Timeout { role: Role },
}

impl Failure {
    fn kind(&self) -> &'static str {
        match self {
            Self::Resting { .. } => "resting",
            Self::Unreachable { .. } => "unreachable",
            Self::Broken { .. } => "broken",
            Self::Timeout { .. } => "timeout",
        }
    }
}

/// A connection to the database that broke under a request, say; who asks again waits for a new one. A service that has too much to
/// do says so later than at once, and must not be asked twice.
fn is_passing(answer: &Response, after: Duration) -> bool {
    answer.status() == StatusCode::SERVICE_UNAVAILABLE && after < AT_ONCE
}

impl Upstreams {
    /// From `USERS_URL`, `CATALOG_URL`, ...: a variable for each role that the gateway calls and that the stack has.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let (tls, mut bases) = (settings.tls()?, BTreeMap::new());
        for role in Role::Gateway.spec().calls {
            let name = format!("{}_URL", role.name().to_uppercase());
            if settings.find(&name).is_none() {
                info!(upstream = %role, "{name} is not set: this stack has no {role}");
                continue;
            }
            let url: Url = settings.parsed(&name)?;
            let scheme = if tls.is_some() { "https" } else { "http" };
            if url.scheme() != scheme || url.path() != "/" {
                let reason = format!("it must be {scheme}://host:port");
                return Err(ConfigError::Wrong { name, reason });
            }
            bases.insert(*role, url);
        }
        let mut http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(tls) = &tls {
            http = http.tls_backend_preconfigured(tls.client());
        }
        let http = http.build().expect("a client with time limits can be built");
        let breakers = bases.keys().map(|role| (*role, Breaker::default())).collect();
        let runtime = MainRuntime::current();
        Ok(Self { http, runtime, bases: Arc::new(bases), breakers: Arc::new(breakers) })
    }

    /// The service's address for this path and query, which stay as they are; a 404 where the stack has no such role.
    pub fn url(&self, role: Role, path: &str, query: Option<&str>) -> Result<Url, Problem> {
        let mut url = self.bases.get(&role).cloned().ok_or_else(Problem::not_found)?;
        url.set_path(path);
        url.set_query(query);
        Ok(url)
    }

    pub fn has(&self, role: Role) -> bool {
        self.bases.contains_key(&role)
    }

    /// Sends it, unless the service is to be left alone; the answer's body is still to come.
    pub async fn send(&self, role: Role, request: &Request) -> Result<Response, Failure> {
        let span = traces::call(role, request.method().as_str());
        let outcome = self.admitted(role, request).instrument(span.clone()).await;
        match &outcome {
            Ok(response) => traces::answered(&span, response.status().as_u16()),
            Err(failure) => traces::failed(&span, failure.kind()),
        }
        outcome
    }

    async fn admitted(&self, role: Role, request: &Request) -> Result<Response, Failure> {
        let Some(breaker) = self.breakers.get(&role) else { return self.deliver(role, request).await };
        if !breaker.admits(Instant::now()) {
            return Err(Failure::Resting { role });
        }
        let outcome = self.deliver(role, request).await;
        let resting = match &outcome {
            Ok(_) => {
                breaker.answered();
                false
            }
            Err(_) => breaker.failed(Instant::now()),
        };
        metrics::RESTING.with_label_values(&[role.name()]).set(resting.into());
        outcome
    }

    /// A connection that can't be made is tried again for any method, for nothing was sent: so a Deployment that is
    /// being rolled shows no errors. Past that, only what changes nothing is sent again; more than once, for a pod that
    /// was killed breaks every connection that is kept to it.
    async fn deliver(&self, role: Role, request: &Request) -> Result<Response, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_times(3)
            .with_jitter();
        let once = || async {
            let mut request = request.try_clone().expect("a body in memory can be sent again");
            traces::tell(request.headers_mut());
            self.runtime.run(self.http.execute(request)).await
        };
        let answered = || {
            once.retry(pauses)
                .when(|error| error.is_connect() || (request.method().is_safe() && !error.is_timeout()))
                .notify(|error, _| warn!(upstream = %role, %error, "Asking {role} again"))
        };
        let sending = async {
            let began = Instant::now();
            match answered().await {
                Ok(away) if request.method().is_safe() && is_passing(&away, began.elapsed()) => {
                    warn!(upstream = %role, "Asking {role} again: something that it needs broke off");
                    answered().await
                }
                outcome => outcome,
            }
        };
        match tokio::time::timeout(TIMEOUT, sending).await {
            Err(_) => Err(Failure::Timeout { role }),
            Ok(Ok(response)) => Ok(response),
            Ok(Err(source)) if source.is_connect() => Err(Failure::Unreachable { role, source }),
            Ok(Err(source)) if source.is_timeout() => Err(Failure::Timeout { role }),
            Ok(Err(source)) => Err(Failure::Broken { role, source }),
        }
    }

    pub fn client(&self) -> &Client {
        &self.http
    }
}
