//! Migrations: the platform's own tables first, then the service's; up and down, one process at a time.
//!
//! What `up` runs only adds, so that the pods of the release before go on beside the new ones. What they alone used is
//! removed by contract migrations, some time after the last of them has gone; nothing waits for those.

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncMigrationHarness, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::health::Gate;
use crate::{Database, StoreError, backoff};

const PLATFORM: EmbeddedMigrations = embed_migrations!("migrations");

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a migration failed: {0}")]
    Failed(String),
    #[error(
        "{0} migrations are not applied yet, and nothing is removed before they are: migrate without --contract first"
    )]
    TooEarly(usize),
}

/// The platform's migrations and the service's, as one list.
pub struct Migrations(pub EmbeddedMigrations);

impl MigrationSource<Pg> for &Migrations {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        let mut all = MigrationSource::<Pg>::migrations(&PLATFORM)?;
        all.extend(MigrationSource::<Pg>::migrations(&self.0)?);
        Ok(all)
    }
}

/// With those that remove things: all that may be found in the database, for taking back.
pub struct WithContract(pub Migrations, pub EmbeddedMigrations);

impl MigrationSource<Pg> for &WithContract {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        let mut all = MigrationSource::<Pg>::migrations(&&self.0)?;
        all.extend(MigrationSource::<Pg>::migrations(&self.1)?);
        Ok(all)
    }
}

impl Migrations {
    fn versions(&self) -> Vec<String> {
        let all = self.migrations().expect("embedded migrations can be listed");
        all.iter().map(|migration| migration.name().version().to_string()).collect()
    }
}

/// Brings the database up to date; waits for one that is not there yet. Returns the versions it ran.
pub async fn up(database: &Database, migrations: Migrations) -> Result<Vec<String>, MigrateError> {
    change(database, move |harness| {
        harness
            .run_pending_migrations(&migrations)
            .map(|versions| versions.iter().map(MigrationVersion::to_string).collect())
    })
    .await
}

/// Removes what no pod uses any more. Returns the versions it ran.
pub async fn contract(database: &Database, all: WithContract) -> Result<Vec<String>, MigrateError> {
    let missing = missing(database, &all.0.versions()).await?;
    if missing > 0 {
        return Err(MigrateError::TooEarly(missing));
    }
    change(database, move |harness| {
        harness
            .run_pending_migrations(&all)
            .map(|versions| versions.iter().map(MigrationVersion::to_string).collect())
    })
    .await
}

/// Takes the newest `steps` migrations back. Returns the versions it took back.
pub async fn down<S>(database: &Database, migrations: S, steps: usize) -> Result<Vec<String>, MigrateError>
where
    S: Send + 'static,
    for<'a> &'a S: MigrationSource<Pg>,
{
    change(database, move |harness| {
        let steps = steps.min(harness.applied_migrations()?.len());
        (0..steps)
            .map(|_| harness.revert_last_migration(&migrations).map(|version| version.to_string()))
            .collect()
    })
    .await
}

type Harness = AsyncMigrationHarness<crate::Connection>;

async fn change(
    database: &Database,
    work: impl FnOnce(&mut Harness) -> diesel::migration::Result<Vec<String>> + Send + 'static,
) -> Result<Vec<String>, MigrateError> {
    let mut conn = connect_patiently(database).await;
    // A session lock: two jobs for one database take turns. It goes with the connection.
    conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = '60s'; SELECT pg_advisory_lock(7133)")
        .await
        .map_err(StoreError::from)?;
    tokio::task::spawn_blocking(move || work(&mut AsyncMigrationHarness::new(conn)))
        .await
        .map_err(|error| MigrateError::Failed(error.to_string()))?
        .map_err(|error| MigrateError::Failed(error.to_string()))
}

async fn connect_patiently(database: &Database) -> crate::Connection {
    let mut pauses = backoff::until_available();
    loop {
        match database.connect_alone().await {
            Ok(conn) => return conn,
            Err(error) => {
                let address = database.address();
                warn!(database = %address, %error, "Waiting for the database at {address}: {error}");
                tokio::time::sleep(pauses.next().unwrap_or_default()).await;
            }
        }
    }
}

/// Opens the gate when every migration is applied; the migration job does that, never the service.
pub(crate) async fn await_schema(
    database: Database,
    migrations: Migrations,
    gate: Gate,
    shutdown: CancellationToken,
) {
    let wanted = migrations.versions();
    let mut pauses = backoff::until_available();
    loop {
        match missing(&database, &wanted).await {
            Ok(0) => {
                info!("The schema is up to date");
                gate.open();
                // The gate stays open: a database that is away later is the requests' matter.
                return shutdown.cancelled().await;
            }
            Ok(missing) => gate.close(format!("{missing} migrations are not applied yet")),
            Err(error) => {
                let address = database.address();
                warn!(database = %address, %error, "Waiting for the database at {address}: {error}");
                gate.close(error.to_string());
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pauses.next().unwrap_or_default()) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

async fn missing(database: &Database, wanted: &[String]) -> Result<usize, StoreError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut conn = database.connect().await?;
    let applied =
        diesel::sql_query("SELECT count(*) AS count FROM __diesel_schema_migrations WHERE version = ANY($1)")
            .bind::<Array<Text>, _>(wanted)
            .get_result::<Count>(&mut conn)
            .await;
    match applied {
        Ok(Count { count }) => Ok(wanted.len().saturating_sub(usize::try_from(count).unwrap_or_default())),
        // No migration has ever run.
        Err(diesel::result::Error::DatabaseError(_, what)) if what.message().contains("does not exist") => {
            Ok(wanted.len())
        }
        Err(error) => Err(error.into()),
    }
}
