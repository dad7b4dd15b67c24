//! A shop as a stranger sees it: what needs no log-in, and requests of one's own making.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use contracts::api::catalog::ProductView;
use contracts::api::users::{LogIn, Registration, UserView};
use contracts::api::{Page, ProblemBody};
use kernel::ProductId;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::resolve::LocalhostFirst;
use crate::{Address, ClientError, Person, Refusal};

/// Cheap to clone.
#[derive(Clone)]
pub struct Shop {
    http: reqwest::Client,
    address: Address,
    patience: Duration,
}

/// Any answer, for those who look at more than the body.
#[derive(Debug)]
pub struct Answer {
    pub request: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Shop {
    /// `patience`: how long a call is tried again while the shop can't answer. Calls are made so that trying again
    /// is harmless: what creates something carries an idempotency key or is refused the second time.
    pub fn at(address: Address, patience: Duration) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(LocalhostFirst)
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(15))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client with time limits can be built");
        Self { http, address, patience }
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    #[must_use]
    pub fn with_patience(&self, patience: Duration) -> Self {
        Self { patience, ..self.clone() }
    }

    /// A request of the caller's own making; `path` begins with a slash.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.address.join(path))
    }

    /// An e-mail address that is taken is `email-taken` or the like: the caller logs in instead.
    pub async fn register(&self, who: &Registration) -> Result<UserView, ClientError> {
        self.read(|| self.request(Method::POST, "/api/v1/users").json(who)).await
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Result<Person, ClientError> {
        Person::log_in(self.clone(), LogIn { email: email.to_owned(), password: password.to_owned() }).await
    }

    pub async fn products(&self, limit: u16, after: Option<&str>) -> Result<Page<ProductView>, ClientError> {
        self.read(|| page(self.request(Method::GET, "/api/v1/products"), limit, after)).await
    }

    pub async fn product(&self, id: ProductId) -> Result<ProductView, ClientError> {
        self.read(|| self.request(Method::GET, &format!("/api/v1/products/{id}"))).await
    }

    /// Sends it once and takes any answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, ClientError> {
        let request = request.build().expect("our own requests are well formed");
        let name = format!("{} {}", request.method(), request.url().path());
        let no_answer = |source| ClientError::NoAnswer { request: name.clone(), source };
        let response = self.http.execute(request).await.map_err(no_answer)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(no_answer)?.to_vec();
        Ok(Answer { request: name, status, headers, body })
    }

    /// Sends until there is an answer to work with, and decodes it.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<T, ClientError> {
        let attempt = || async { self.send(request()).await?.success()?.decode() };
        attempt
            .retry(
                ExponentialBuilder::default()
                    .with_min_delay(Duration::from_millis(100))
                    .with_max_delay(Duration::from_secs(2))
                    .with_jitter()
                    .without_max_times()
                    .with_total_delay(Some(self.patience)),
            )
            .when(ClientError::is_temporary)
            .await
    }
}

pub(crate) fn page(request: RequestBuilder, limit: u16, after: Option<&str>) -> RequestBuilder {
    let request = request.query(&[("limit", limit)]);
    match after {
        Some(after) => request.query(&[("after", after)]),
        None => request,
    }
}

impl Answer {
    /// The problem document, where the answer is one.
    pub fn problem(&self) -> Option<ProblemBody> {
        let kind = self.headers.get(reqwest::header::CONTENT_TYPE)?.to_str().ok()?;
        kind.starts_with("application/problem+json")
            .then(|| serde_json::from_slice(&self.body).ok())
            .flatten()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn success(self) -> Result<Self, ClientError> {
        if self.status.is_success() {
            return Ok(self);
        }
        let (problem, body) = (self.problem(), self.text());
        Err(ClientError::Refused(Box::new(Refusal {
            request: self.request,
            status: self.status,
            problem,
            body,
        })))
    }

    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|source| ClientError::Unreadable {
            body: self.text().chars().take(200).collect(),
            request: self.request,
            source,
        })
    }
}
