//! One role as a running process: what it is made of, how it starts and how it stops.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use contracts::Role;
use diesel_migrations::EmbeddedMigrations;
use futures::future::BoxFuture;
use kernel::Clock;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::amqp::{Broker, Publisher};
use crate::auth::TokenVerifier;
use crate::consumer::{Consumer, Handler, QueueAge};
use crate::health::Health;
use crate::http::{self, Routes};
use crate::metrics::{self, Scrape};
use crate::migrate::{Migrations, await_schema};
use crate::partitions::{Partitioned, Upkeep};
use crate::relay::Relay;
use crate::sweep::Sweep;
use crate::tasks::{self, Tasks};
use crate::tls::Tls;
use crate::{ConfigError, Database, Settings, outbox};

/// A role, before it is configured: each service crate has one constant of it.
#[derive(Clone, Copy)]
pub struct Service {
    pub role: Role,
    /// Of the role's own tables; `None` where it owns no database.
    pub migrations: Option<fn() -> EmbeddedMigrations>,
    /// Remove what only earlier releases used; in a directory of their own, with versions of their own. Where there are any, the
    /// Role table names the release.
    pub contract: Option<fn() -> EmbeddedMigrations>,
    pub assemble: fn(&Context) -> Result<Module, ConfigError>,
}

/// What a service is made from.
pub struct Context {
    pub settings: Settings,
    pub clock: Clock,
    pub tokens: TokenVerifier,
    /// For calls to the world outside; has a timeout.
    pub http: reqwest::Client,
    pub health: Health,
    database: Option<Database>,
    queue: QueueAge,
}

impl Context {
    /// Only for roles that own one.
    pub fn database(&self) -> Database {
        self.database.clone().expect("the Role table says that this role owns a database")
    }
}

/// What a service consists of.
#[derive(Default)]
pub struct Module {
    routes: Option<Routes>,
    admin_routes: Option<Routes>,
    partitioned: &'static [Partitioned],
    handler: Option<Arc<dyn Handler>>,
    tasks: Vec<(&'static str, Task)>,
}

type Task = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, ()> + Send>;

impl Module {
    #[must_use]
    pub fn routes(mut self, routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        self.routes = Some(Arc::new(routes));
        self
    }

    /// On the port of health and metrics, which no ingress reaches: for those who run the shop.
    #[must_use]
    pub fn admin_routes(mut self, routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        self.admin_routes = Some(Arc::new(routes));
        self
    }

    /// Keeps the partitions of these tables; the service is not ready before they are there.
    #[must_use]
    pub fn partitioned(mut self, tables: &'static [Partitioned]) -> Self {
        self.partitioned = tables;
        self
    }

    /// Takes what the role's queue receives.
    #[must_use]
    pub fn handler(mut self, handler: impl Handler) -> Self {
        self.handler = Some(Arc::new(handler));
        self
    }

    /// Runs until the token is cancelled; when it ends before, the process stops.
    #[must_use]
    pub fn task<F>(
        mut self,
        name: &'static str,
        work: impl FnOnce(CancellationToken) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.push((name, Box::new(|shutdown| Box::pin(work(shutdown)))));
        self
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("can't listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A role that runs.
pub struct Running {
    pub http: SocketAddr,
    pub admin: SocketAddr,
    pub health: Health,
    pub clock: Clock,
    leaving: CancellationToken,
    farewell: Duration,
    servers: [ServerHandle; 2],
    tasks: Tasks,
}

impl Running {
    /// Waits for the signal to stop, sends callers elsewhere for a while, finishes what is under way, and returns.
    pub async fn stopped(self) {
        let shutdown = self.tasks.shutdown();
        tokio::select! {
            () = self.leaving.cancelled() => tasks::pause(self.farewell, &shutdown).await,
            // A task ended before its time: the other roles of this process are to stop as well.
            () = shutdown.cancelled() => self.leaving.cancel(),
        }
        shutdown.cancel();
        let [business, admin] = self.servers;
        business.stop(true).await;
        admin.stop(false).await;
        self.tasks.stopped().await;
    }
}

/// Starts a role: binds its ports at once, becomes ready when what it needs is there.
///
/// From when `leaving` is cancelled it sends its callers elsewhere: for `FAREWELL_SECONDS` it answers as before, and closes each
/// connection with the answer. Whoever keeps connections open would otherwise write on one as it is being closed.
pub async fn start(
    service: Service,
    settings: Settings,
    clock: Clock,
    leaving: CancellationToken,
) -> Result<Running, StartError> {
    let spec = service.role.spec();
    let tls = settings.tls()?;
    let tasks = Tasks::default();
    let context = Context {
        tokens: TokenVerifier::from_settings(&settings, client(tls.as_ref()))?,
        database: if spec.owns_database { Some(Database::from_settings(&settings)?) } else { None },
        clock: clock.clone(),
        health: Health::default(),
        queue: QueueAge::default(),
        http: client(None),
        settings,
    };
    let module = (service.assemble)(&context)?;
    metrics::begin(service.role);
    let workers = context.settings.parsed_or("HTTP_WORKERS", 2)?;
    let farewell = Duration::from_secs(context.settings.parsed_or("FAREWELL_SECONDS", 0)?);
    let (business, http) = {
        let listener = listen(context.settings.parsed_or("HTTP_ADDR", any(spec.port))?)?;
        let routes = module.routes.clone().unwrap_or_else(none);
        bound(listener, |listener| {
            // The gateway's callers are shoppers; TLS with them is the ingress's matter.
            let inside = tls.as_ref().filter(|_| service.role != Role::Gateway);
            let (tokens, leaving) = (context.tokens.clone(), leaving.clone());
            http::business(service.role, listener, tokens, inside, workers, leaving, routes)
        })?
    };
    let (administration, admin) = {
        let listener = listen(context.settings.parsed_or("ADMIN_ADDR", any(spec.admin_port))?)?;
        let routes = module.admin_routes.clone().unwrap_or_else(none);
        let (database, queue) = (context.database.clone(), context.queue.clone());
        let scrape = Scrape { role: service.role, clock: clock.clone(), database, queue, tls };
        bound(listener, |listener| {
            http::administration(listener, context.tokens.clone(), context.health.clone(), scrape, routes)
        })?
    };
    if let Some(database) = &context.database {
        start_upkeep(service, &context, database, &module, &tasks)?;
        start_messaging(service, &context, database, &module, &tasks)?;
    }
    for (name, work) in module.tasks {
        tasks.spawn(name, work(tasks.shutdown()));
    }
    let servers = [business.handle(), administration.handle()];
    for (name, server) in [("http", business), ("admin", administration)] {
        tasks.spawn(name, async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "The {name} server failed");
            }
        });
    }
    info!(role = %service.role, "{} listens on {http}, health and metrics on {admin}", service.role);
    Ok(Running { http, admin, health: context.health, clock, leaving, farewell, servers, tasks })
}

/// The schema is awaited; partitions and old rows are looked after.
fn start_upkeep(
    service: Service,
    context: &Context,
    database: &Database,
    module: &Module,
    tasks: &Tasks,
) -> Result<(), ConfigError> {
    let (role, clock) = (service.role, context.clock.clone());
    if let Some(migrations) = service.migrations {
        let gate = context.health.gate("schema");
        let awaiting = await_schema(database.clone(), Migrations(migrations()), gate, tasks.shutdown());
        tasks.spawn("schema", awaiting);
    }
    let tables = module.partitioned.iter().chain([&outbox::PARTITIONED]);
    let upkeep = Upkeep {
        role,
        database: database.clone(),
        tables: tables.map(|table| table.configured(&context.settings)).collect::<Result<_, _>>()?,
        gate: context.health.gate("partitions"),
        clock: clock.clone(),
    };
    tasks.spawn("partitions", upkeep.run(tasks.shutdown()));
    let sweep = Sweep::from_settings(&context.settings, database.clone(), clock)?;
    tasks.spawn("sweep", sweep.run(tasks.shutdown()));
    Ok(())
}

fn start_messaging(
    service: Service,
    context: &Context,
    database: &Database,
    module: &Module,
    tasks: &Tasks,
) -> Result<(), ConfigError> {
    let role = service.role;
    let broker = Broker::from_settings(&context.settings, role.name())?;
    Relay {
        role,
        database: database.clone(),
        broker_address: broker.address(),
        publisher: Publisher::new(broker.clone()),
        gate: context.health.gate("relay"),
        clock: context.clock.clone(),
    }
    .start(tasks);
    if let Some(handler) = &module.handler {
        let gate = context.health.gate("consumer");
        let (database, handler, clock) = (database.clone(), handler.clone(), context.clock.clone());
        let consumer =
            Consumer { role, broker, database, handler, gate, clock, queue: context.queue.clone() };
        let (health, shutdown) = (context.health.clone(), tasks.shutdown());
        tasks.spawn("consumer", async move {
            // A message that comes before its tables are there would fail, come back late and out of order.
            health.opened(&["schema", "partitions"], &shutdown).await;
            consumer.run(shutdown).await;
        });
    }
    Ok(())
}

/// With TLS, one for calls inside the stack; without, one for the world outside.
fn client(inside: Option<&Tls>) -> reqwest::Client {
    let mut client =
        reqwest::Client::builder().connect_timeout(Duration::from_secs(1)).timeout(Duration::from_secs(10));
    if let Some(tls) = inside {
        client = client.tls_backend_preconfigured(tls.client());
    }
    client.build().expect("a client with time limits can be built")
}

fn none() -> Routes {
    Arc::new(|_: &mut ServiceConfig| {})
}

fn any(port: u16) -> SocketAddr {
    (std::net::Ipv4Addr::UNSPECIFIED, port).into()
}

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(address).map_err(|source| StartError::Listen { address, source })?;
    Ok((listener, address))
}

fn bound<T>(
    (listener, address): (TcpListener, SocketAddr),
    serve: impl FnOnce(TcpListener) -> std::io::Result<T>,
) -> Result<T, StartError> {
    serve(listener).map_err(|source| StartError::Listen { address, source })
}
