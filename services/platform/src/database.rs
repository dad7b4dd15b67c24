//! The role's own Postgres: a small pool, and errors sorted by whether the server could be reached.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures::FutureExt;
use secrecy::{ExposeSecret, SecretString};

use crate::{ConfigError, Settings};

pub type Connection = AsyncPgConnection;

/// Long enough for a restart of the pool, short enough that a request does not hang.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// On each connection: no statement, and no idle transaction, outlives a request by much.
const SESSION: &str =
    "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'";

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing is wrong with the request: the server does not answer (now).
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    #[error("the database refused a statement")]
    Query(#[source] DieselError),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
        match &error {
            DieselError::DatabaseError(ClosedConnection | UnableToSendCommand, what) => {
                Self::Unavailable(what.message().to_owned())
            }
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection broke".to_owned()),
            // Postgres ends its sessions with this text when it is told to stop.
            DieselError::DatabaseError(_, what) if what.message().starts_with("terminating connection") => {
                Self::Unavailable(what.message().to_owned())
            }
            _ => Self::Query(error),
        }
    }
}

#[derive(Clone)]
pub struct Database {
    pool: Pool<Connection>,
    url: SecretString,
}

impl Database {
    /// Connects lazily: a server that is not there yet is an error of the first query, not of the start.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let url = settings.secret("DATABASE_URL")?;
        let wrong = |reason: String| ConfigError::Wrong { name: "DATABASE_URL".to_owned(), reason };
        url::Url::parse(url.expose_secret()).map_err(|error| wrong(error.to_string()))?;

        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(|url| establish(url.to_owned()).boxed());
        let manager = AsyncDieselConnectionManager::new_with_config(url.expose_secret(), config);
        let pool = Pool::builder(manager)
            .max_size(settings.parsed_or("DATABASE_POOL_SIZE", 8)?)
            .wait_timeout(Some(ACQUIRE_TIMEOUT))
            .create_timeout(Some(ACQUIRE_TIMEOUT))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self { pool, url })
    }

    pub async fn connect(&self) -> Result<Object<Connection>, StoreError> {
        self.pool.get().await.map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// A connection outside the pool, for what keeps one for itself: LISTEN, migrations.
    pub async fn connect_alone(&self) -> Result<Connection, StoreError> {
        let connecting = establish(self.url.expose_secret().to_owned());
        tokio::time::timeout(ACQUIRE_TIMEOUT, connecting)
            .await
            .map_err(|_| StoreError::Unavailable("no answer in time".to_owned()))?
            .map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// Where it is, for log lines: host, port and database, no credentials.
    pub fn address(&self) -> String {
        crate::telemetry::address_of(self.url.expose_secret())
    }
}

async fn establish(url: String) -> diesel::ConnectionResult<Connection> {
    let mut connection = AsyncPgConnection::establish(&url).await?;
    connection.batch_execute(SESSION).await.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}
