//! Several roles as they run together: one vhost, a database per role, as many replicas of each as asked for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use contracts::Role;
use kernel::Clock;
use platform::migrate::{self, Migrations};
use platform::service::{Running, start};
use platform::{Database, Service, Settings};
use reqwest::Method;
use tokio_util::sync::CancellationToken;

use crate::app::{Request, client, tidy};
use crate::{TestBroker, TestDatabase, TestTokens, eventually};

/// When it is dropped its databases and its vhost go.
pub struct TestShop {
    pub broker: TestBroker,
    pub tokens: TestTokens,
    /// Of all roles.
    pub clock: Clock,
    databases: BTreeMap<Role, TestDatabase>,
    running: BTreeMap<Role, Vec<Running>>,
    /// Requests so far: the next goes to the replica after the last one's.
    requests: AtomicUsize,
    client: reqwest::Client,
    shutdown: CancellationToken,
}

impl TestShop {
    /// Started in this order, each as often as it says; who comes later finds those before by their `<ROLE>_URL`.
    pub async fn start(services: &[(Service, usize)], variables: &[(&str, &str)]) -> Self {
        crate::install_tls_provider();
        let mut shop = Self {
            broker: TestBroker::create().await,
            tokens: TestTokens::start().await,
            clock: Clock::default(),
            databases: BTreeMap::new(),
            running: BTreeMap::new(),
            requests: AtomicUsize::new(0),
            client: client(),
            shutdown: CancellationToken::new(),
        };
        for (service, replicas) in services {
            shop.start_role(*service, *replicas, variables).await;
        }
        shop
    }

    async fn start_role(&mut self, service: Service, replicas: usize, variables: &[(&str, &str)]) {
        let role = service.role;
        if role.spec().owns_database {
            self.databases.insert(role, TestDatabase::create().await);
        }
        let settings = self.settings(role, variables);
        if let Some(migrations) = service.migrations {
            let database = Database::from_settings(&settings).unwrap();
            migrate::up(&database, Migrations(migrations())).await.unwrap();
        }
        for _ in 0..replicas {
            let (clock, shutdown) = (self.clock.clone(), self.shutdown.clone());
            let running = start(service, settings.clone(), clock, shutdown).await.unwrap();
            let health = running.health.clone();
            eventually(&format!("{role} is ready"), async || health.closed().is_empty().then_some(())).await;
            self.running.entry(role).or_default().push(running);
        }
    }

    fn settings(&self, role: Role, variables: &[(&str, &str)]) -> Settings {
        let mut all = vec![
            ("HTTP_ADDR".to_owned(), "127.0.0.1:0".to_owned()),
            ("ADMIN_ADDR".to_owned(), "127.0.0.1:0".to_owned()),
            ("HTTP_WORKERS".to_owned(), "1".to_owned()),
            ("AMQP_URL".to_owned(), self.broker.url(role)),
            ("MQTT_URL".to_owned(), self.broker.mqtt_url(role)),
            ("JWKS_URL".to_owned(), self.tokens.jwks_url()),
        ];
        all.extend(self.databases.get(&role).map(|database| ("DATABASE_URL".to_owned(), database.url())));
        for (other, replicas) in &self.running {
            all.push((
                format!("{}_URL", other.name().to_uppercase()),
                format!("http://{}", replicas[0].http),
            ));
        }
        all.extend(variables.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        Settings::new(role, all)
    }

    /// To one replica after another.
    pub fn request(&self, role: Role, method: Method, path: &str) -> Request<'_> {
        let replicas = &self.running[&role];
        let next = self.requests.fetch_add(1, Ordering::Relaxed) % replicas.len();
        let url = format!("http://{}{path}", replicas[next].http);
        Request { tokens: &self.tokens, builder: self.client.request(method, url) }
    }

    pub fn database(&self, role: Role) -> &TestDatabase {
        &self.databases[&role]
    }
}

impl Drop for TestShop {
    fn drop(&mut self) {
        let (shutdown, running) = (self.shutdown.clone(), std::mem::take(&mut self.running));
        // Its idle connections go with it: a server that stops waits for those that are open.
        self.client = reqwest::Client::new();
        tidy(async || {
            shutdown.cancel();
            for running in running.into_values().flatten() {
                running.stopped().await;
            }
            self.broker.remove().await;
            for database in self.databases.values() {
                database.remove().await;
            }
        });
    }
}
