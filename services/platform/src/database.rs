//! The role's own Postgres: a small pool, and errors sorted by whether the server could be reached.

mod server;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use contracts::Role;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use futures::FutureExt;
use tracing::warn;

use self::server::Server;
use crate::{ConfigError, MainRuntime, Settings, metrics};

pub type Connection = AsyncPgConnection;

const PRIMARY: &str = "DATABASE_URL";
const REPLICA: &str = "DATABASE_READ_URL";
/// Past what lends connections out, where anything does.
const ALONE: &str = "DATABASE_SESSION_URL";

/// For a connection that another request has, and for a server that says nothing.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// A server that refuses connections may be starting again; callers wait for it no longer than this from when it went away, for the
/// gateway waits 10 s for them. In an outage that lasts nobody waits.
const RESTART: Duration = Duration::from_secs(8);

/// On each connection: no statement, and no idle transaction, outlives a request by much. A pod that vanished without a word
/// holds its locks no longer than that either; the longest that anybody idles is a batch on its way to the broker.
const SESSION: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '15s'; \
     SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3";

/// On each connection for reading, besides: a command that took one by mistake is refused.
const READ_ONLY: &str = "SET default_transaction_read_only = on";

/// A replica is worth less waiting than the primary, which can serve in its place.
const REPLICA_TIMEOUT: Duration = Duration::from_secs(1);

/// Requests must not all wait for a replica that is away.
const REPLICA_REST: Duration = Duration::from_secs(5);

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
    /// Where a session is one's own: PgBouncer may stand before the pool's, and lend connections for a transaction only.
    server: Server,
    replica: Option<Replica>,
    /// Since when it has refused new connections.
    away_since: Arc<Mutex<Option<Instant>>>,
}

/// A server that follows the primary, some moments behind.
#[derive(Clone)]
struct Replica {
    role: Role,
    pool: Pool<Connection>,
    /// It did not answer; until then nobody asks it again.
    rests_until: Arc<Mutex<Option<Instant>>>,
}

impl Database {
    /// Connects lazily: a server that is not there yet is an error of the first query, not of the start.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let server = Server::from_settings(settings, PRIMARY)?;
        let pool = pool_of(settings, PRIMARY, &server, ACQUIRE_TIMEOUT, SESSION.to_owned())?;
        let server = match settings.find(ALONE) {
            None => server,
            Some(_) => Server::from_settings(settings, ALONE)?,
        };
        let replica = match settings.find(REPLICA) {
            None => None,
            Some(_) => {
                let (server, session) =
                    (Server::from_settings(settings, REPLICA)?, format!("{SESSION}; {READ_ONLY}"));
                let pool = pool_of(settings, REPLICA, &server, REPLICA_TIMEOUT, session)?;
                Some(Replica { role: settings.role(), pool, rests_until: Arc::default() })
            }
        };
        Ok(Self { pool, server, replica, away_since: Arc::default() })
    }

    /// While the server starts again this takes some seconds, and no failure.
    pub async fn connect(&self) -> Result<Object<Connection>, StoreError> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(50))
            .with_max_delay(Duration::from_millis(400))
            .without_max_times()
            .with_jitter();
        let connecting = (|| self.pool.get()).retry(pauses).when(|error| self.may_be_starting(error));
        let conn = tokio::time::timeout(RESTART, connecting)
            .await
            .map_err(|_| StoreError::Unavailable("it refuses connections".to_owned()))?
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        *self.away_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(conn)
    }

    fn may_be_starting(&self, error: &PoolError) -> bool {
        let mut since = self.away_since.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(error, PoolError::Backend(_)) && since.get_or_insert_with(Instant::now).elapsed() < RESTART
    }

    /// A connection for queries that may miss the last moments: from `DATABASE_READ_URL` where that is set and answers,
    /// else from the primary. Never for a command, nor for what must see the caller's own last write.
    pub async fn read(&self) -> Result<Object<Connection>, StoreError> {
        match &self.replica {
            Some(replica) => match replica.connect().await {
                Some(conn) => Ok(conn),
                None => self.connect().await,
            },
            None => self.connect().await,
        }
    }

    /// A connection outside the pool, for what keeps one for itself: LISTEN, migrations.
    pub async fn connect_alone(&self) -> Result<Connection, StoreError> {
        tokio::time::timeout(ACQUIRE_TIMEOUT, self.server.connect(SESSION))
            .await
            .map_err(|_| StoreError::Unavailable("no answer in time".to_owned()))?
            .map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    /// How full its pools are, by name.
    pub(crate) fn pools(&self) -> impl Iterator<Item = (&'static str, deadpool::Status)> {
        let replica = self.replica.as_ref().map(|replica| ("replica", replica.pool.status()));
        std::iter::once(("primary", self.pool.status())).chain(replica)
    }

    /// Where it is, for log lines: host, port and database, no credentials.
    pub fn address(&self) -> String {
        crate::telemetry::address_of(self.server.url())
    }
}

impl Replica {
    /// `None`: it does not answer.
    async fn connect(&self) -> Option<Object<Connection>> {
        let rests = |until: &Option<Instant>| until.is_some_and(|until| Instant::now() < until);
        if !rests(&self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)) {
            match self.pool.get().await {
                Ok(conn) => return Some(conn),
                Err(error) => {
                    warn!(role = %self.role, %error, "The replica does not answer; the primary reads: {error}");
                    let until = Instant::now() + REPLICA_REST;
                    *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
                }
            }
        }
        metrics::READ_FALLBACKS.with_label_values(&[self.role.name()]).inc();
        None
    }
}

fn pool_of(
    settings: &Settings,
    name: &str,
    server: &Server,
    timeout: Duration,
    session: String,
) -> Result<Pool<Connection>, ConfigError> {
    let wrong = |reason: String| ConfigError::Wrong { name: name.to_owned(), reason };
    let mut config = ManagerConfig::default();
    let (connecting, runtime) = (server.clone(), MainRuntime::current());
    config.custom_setup = Box::new(move |_| {
        let (server, session, runtime) = (connecting.clone(), session.clone(), runtime.clone());
        async move { runtime.run(async move { server.connect(&session).await }).await }.boxed()
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(server.url(), config))
        .max_size(settings.parsed_or("DATABASE_POOL_SIZE", 8)?)
        .wait_timeout(Some(timeout))
        .create_timeout(Some(timeout))
        .recycle_timeout(Some(timeout))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| wrong(error.to_string()))
}
