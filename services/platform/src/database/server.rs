//! One connection to Postgres: plain, or over TLS as `sslmode` of its URL asks.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use super::Connection;
use crate::tls::{Check, client_for};
use crate::{ConfigError, Settings};

const SSL_MODE: &str = "sslmode";

/// A server that vanished without a word is given up within these: what was sent and not acknowledged, and silence with nothing
/// sent. Left to the system, an answer is waited for for a quarter of an hour.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
const SILENT: Duration = Duration::from_secs(6);
const PROBED_EVERY: Duration = Duration::from_secs(2);
const PROBES: u32 = 3;

/// Where a server is, who we are there, and how we connect.
#[derive(Clone)]
pub(super) struct Server {
    url: SecretString,
    config: Arc<tokio_postgres::Config>,
    /// None: in the clear.
    tls: Option<MakeRustlsConnect>,
}

impl Server {
    /// Of a variable that holds `postgres://user:password@host:port/database?sslmode=...`.
    pub fn from_settings(settings: &Settings, name: &str) -> Result<Self, ConfigError> {
        let secret = settings.secret(name)?;
        let wrong = |reason: String| ConfigError::Wrong { name: name.to_owned(), reason };
        let mut url = Url::parse(secret.expose_secret()).map_err(|error| wrong(error.to_string()))?;
        let check = match taken_out(&mut url, SSL_MODE).as_deref() {
            None | Some("disable") => None,
            Some("require") => Some(Check::Nothing),
            Some("verify-ca") => Some(Check::Chain),
            Some("verify-full") => Some(Check::Name),
            Some(_) => {
                return Err(wrong("sslmode must be disable, require, verify-ca or verify-full".to_owned()));
            }
        };
        let mut config: tokio_postgres::Config =
            url.as_str().parse().map_err(|error: tokio_postgres::Error| wrong(error.to_string()))?;
        config.tcp_user_timeout(UNACKNOWLEDGED);
        config.keepalives_idle(SILENT).keepalives_interval(PROBED_EVERY).keepalives_retries(PROBES);
        config.ssl_mode(if check.is_some() { SslMode::Require } else { SslMode::Disable });
        let connector = |check| client_for(settings, "DATABASE", check).map(MakeRustlsConnect::new);
        let tls = check.map(connector).transpose()?;
        Ok(Self { url: secret, config: Arc::new(config), tls })
    }

    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// A new connection, on which these statements have run.
    pub async fn connect(&self, session: &str) -> ConnectionResult<Connection> {
        let mut connection = match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await?
            }
            Some(connector) => {
                let (client, connection) = self.config.connect(connector.clone()).await.map_err(failed)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await?
            }
        };
        connection.batch_execute(session).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}

/// Its own text leaves out what the server or the handshake had to say.
fn failed(error: tokio_postgres::Error) -> ConnectionError {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    ConnectionError::BadConnection(format!("{error}{cause}"))
}

/// What the URL's query says under this name, which is then gone from it: the client knows fewer modes than libpq.
fn taken_out(url: &mut Url, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let (found, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| key == name);
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
    found.into_iter().next_back().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use contracts::Role;

    use super::*;

    fn refused(url: &str) -> String {
        let settings = Settings::new(Role::Orders, [("DATABASE_URL".to_owned(), url.to_owned())]);
        Server::from_settings(&settings, "DATABASE_URL")
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn the_mode_is_taken_out_and_the_rest_stays() {
        let mut url = Url::parse("postgres://a:b@c/d?application_name=x&sslmode=require").unwrap();
        assert_eq!(taken_out(&mut url, SSL_MODE).as_deref(), Some("require"));
        assert_eq!(url.as_str(), "postgres://a:b@c/d?application_name=x");
        assert_eq!(taken_out(&mut url, SSL_MODE), None);
    }

    #[test]
    fn a_mode_that_could_fall_back_to_plain_text_is_refused() {
        for mode in ["prefer", "allow", ""] {
            let error = refused(&format!("postgres://orders:secret@db/orders?sslmode={mode}"));
            let said =
                "variable DATABASE_URL is wrong: sslmode must be disable, require, verify-ca or verify-full";
            assert_eq!(error, said);
        }
    }
}
