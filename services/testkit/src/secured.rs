//! A role without database and broker, with TLS on its ports, and clients that call it.

use contracts::Role;
use kernel::Clock;
use platform::service::{Running, start};
use platform::{Service, Settings};
use tokio_util::sync::CancellationToken;

use crate::{Authority, Certificate, TlsFolder};

/// Found at `localhost`; [`Secured::close`] stops it.
pub struct Secured {
    pub folder: TlsFolder,
    running: Running,
    shutdown: CancellationToken,
}

impl Secured {
    pub async fn start(service: Service, own: &Certificate, trusted: &[&Authority]) -> Self {
        crate::install_tls_provider();
        let folder = TlsFolder::new(own, trusted);
        let ports = [("HTTP_ADDR", "127.0.0.1:0"), ("ADMIN_ADDR", "127.0.0.1:0")];
        let settings = settings_of(service.role, &[&ports[..], &[("TLS_DIR", folder.path())]].concat());
        let shutdown = CancellationToken::new();
        let running = start(service, settings, Clock::default(), shutdown.clone()).await.unwrap();
        Self { folder, running, shutdown }
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.running.http.port())
    }

    pub fn admin_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.running.admin.port())
    }

    pub async fn close(self) {
        self.shutdown.cancel();
        self.running.stopped().await;
    }
}

pub fn settings_of(role: Role, variables: &[(&str, &str)]) -> Settings {
    Settings::new(role, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

/// Calls as a service does whose `TLS_DIR` this is; each request over a connection of its own.
pub fn caller_from(folder: &TlsFolder) -> reqwest::Client {
    crate::install_tls_provider();
    let tls = settings_of(Role::Gateway, &[("TLS_DIR", folder.path())]).tls().unwrap().unwrap();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.client())
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}
