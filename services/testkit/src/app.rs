//! The service under test, with real servers behind it, spoken to over HTTP and the broker.

use contracts::Role;
use contracts::api::ProblemBody;
use contracts::api::users::UserRole;
use kernel::{Clock, UserId};
use platform::migrate::{self, Migrations};
use platform::service::{Running, start};
use platform::{Database, Service, Settings};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::{Captured, TestBroker, TestDatabase, TestTokens, eventually};

/// When it is dropped, every event must have left the outbox; then its database and vhost go.
pub struct TestApp {
    pub broker: TestBroker,
    pub tokens: TestTokens,
    /// What the service has published since its start; empty for a role that publishes nothing.
    pub published: Captured,
    /// The service's own clock.
    pub clock: Clock,
    pub(crate) role: Role,
    database: Option<TestDatabase>,
    running: Vec<Running>,
    service: Service,
    settings: Settings,
    client: reqwest::Client,
    shutdown: CancellationToken,
}

impl TestApp {
    pub async fn start(service: Service) -> Self {
        Self::start_with(service, &[]).await
    }

    /// With further variables of the environment.
    pub async fn start_with(service: Service, variables: &[(&str, &str)]) -> Self {
        crate::install_tls_provider();
        let role = service.role;
        let (broker, tokens) = (TestBroker::create().await, TestTokens::start().await);
        let database = if role.spec().owns_database { Some(TestDatabase::create().await) } else { None };
        let published =
            if role.spec().owns_database { broker.capture(role).await } else { Captured::default() };

        let mut all = vec![
            ("HTTP_ADDR".to_owned(), "127.0.0.1:0".to_owned()),
            ("ADMIN_ADDR".to_owned(), "127.0.0.1:0".to_owned()),
            ("HTTP_WORKERS".to_owned(), "1".to_owned()),
            ("AMQP_URL".to_owned(), broker.url(role)),
            ("MQTT_URL".to_owned(), broker.mqtt_url(role)),
            ("JWKS_URL".to_owned(), tokens.jwks_url()),
        ];
        // Reads go through sessions that refuse to write, so a command that took one by mistake is found out.
        for name in ["DATABASE_URL", "DATABASE_READ_URL"] {
            all.extend(database.iter().map(|database| (name.to_owned(), database.url())));
        }
        all.extend(variables.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        let settings = Settings::new(role, all);
        if let Some(migrations) = service.migrations {
            migrate::up(&Database::from_settings(&settings).unwrap(), Migrations(migrations()))
                .await
                .unwrap();
        }

        let (clock, shutdown) = (Clock::default(), CancellationToken::new());
        let client = client();
        let running = vec![];
        let mut app = Self {
            broker,
            tokens,
            published,
            clock,
            role,
            database,
            running,
            service,
            settings,
            client,
            shutdown,
        };
        app.start_replica().await;
        app
    }

    /// One more process of the service, on the same database and queue; HTTP still goes to the first.
    pub async fn start_replica(&mut self) {
        let (settings, clock) = (self.settings.clone(), self.clock.clone());
        let running = start(self.service, settings, clock, self.shutdown.clone()).await.unwrap();
        let health = running.health.clone();
        eventually("the service is ready", async || health.closed().is_empty().then_some(())).await;
        self.running.push(running);
    }

    /// Stops all processes of the service as a signal does: what is under way is finished first.
    pub async fn stop(&mut self) {
        self.shutdown.cancel();
        for running in std::mem::take(&mut self.running) {
            running.stopped().await;
        }
    }

    /// The service's own database; for asserting what no route shows.
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("the role owns a database")
    }

    /// Takes the service's newest migration back and runs it again; the versions of both.
    pub async fn redo_newest_migration(&self, service: Service) -> (Vec<String>, Vec<String>) {
        let variables = [("DATABASE_URL".to_owned(), self.database().url())];
        let database = Database::from_settings(&Settings::new(service.role, variables)).unwrap();
        let migrations = || Migrations(service.migrations.expect("the role owns a database")());
        let taken_back = migrate::down(&database, migrations(), 1).await.unwrap();
        (taken_back, migrate::up(&database, migrations()).await.unwrap())
    }

    pub fn url(&self, path: &str) -> String {
        let running = self.running.first().expect("runs until it is dropped");
        format!("http://{}{path}", running.http)
    }

    /// On the port of health, metrics and the service's administration.
    pub fn admin_url(&self, path: &str) -> String {
        let running = self.running.first().expect("runs until it is dropped");
        format!("http://{}{path}", running.admin)
    }

    pub fn get(&self, path: &str) -> Request<'_> {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Request<'_> {
        self.request(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Request<'_> {
        self.request(Method::PUT, path)
    }

    pub fn delete(&self, path: &str) -> Request<'_> {
        self.request(Method::DELETE, path)
    }

    pub fn request(&self, method: Method, path: &str) -> Request<'_> {
        Request { tokens: &self.tokens, builder: self.client.request(method, self.url(path)) }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let failed = std::thread::panicking();
        let (shutdown, running) = (self.shutdown.clone(), std::mem::take(&mut self.running));
        // Its idle connections go with it: a server that stops waits for those that are open.
        self.client = reqwest::Client::new();
        tidy(async || {
            if let Some(database) = &self.database
                && !failed
            {
                eventually(&format!("the outbox of {} is empty", self.role), async || {
                    let left = database.number("SELECT count(*) AS number FROM outbox").await;
                    (left == 0).then_some(())
                })
                .await;
            }
            shutdown.cancel();
            for running in running {
                running.stopped().await;
            }
            self.broker.remove().await;
            if let Some(database) = &self.database {
                database.remove().await;
            }
        });
    }
}

/// Runs it on a thread of its own, for a drop can't await in the test's runtime; what it says counts unless the test
/// has failed already.
pub(crate) fn tidy(work: impl AsyncFnOnce() + Send) {
    let failed = std::thread::panicking();
    let tidied = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
                runtime.unwrap().block_on(work());
            })
            .join()
    });
    if !failed && let Err(panic) = tidied {
        std::panic::resume_unwind(panic);
    }
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub struct Request<'a> {
    pub(crate) tokens: &'a TestTokens,
    pub(crate) builder: reqwest::RequestBuilder,
}

impl Request<'_> {
    /// With a good access token.
    pub fn by(self, (user, roles): &(UserId, Vec<UserRole>)) -> Self {
        let token = self.tokens.token(*user, roles, 600);
        self.bearer(&token)
    }

    pub fn bearer(mut self, token: &str) -> Self {
        self.builder = self.builder.bearer_auth(token);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.builder = self.builder.json(body);
        self
    }

    pub fn body(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.builder = self.builder.header("content-type", content_type).body(body);
        self
    }

    pub async fn send(self) -> Response {
        let answer = self.builder.send().await.unwrap();
        Response {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.bytes().await.unwrap().to_vec(),
        }
    }
}

pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Response {
    /// The body, where the status is this; else a panic that shows what came.
    pub fn expect<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The problem's code, where the status is this and the body is a problem.
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.headers.get("content-type").unwrap(), "application/problem+json", "{}", self.text());
        self.expect::<ProblemBody>(status).code
    }

    pub fn text(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
