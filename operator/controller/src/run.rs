//! `ecommerce-operator run`: the admin port, the election, and the controller while this process leads.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::Shared;
use kube::Client;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use crate::admin::{self, Admin};
use crate::autoscaler::Autoscaler;
use crate::client::Gate;
use crate::failure::Failure;
use crate::health::Health;
use crate::lease::{Elector, Place, Reign, Timing};
use crate::metrics::Metrics;
use crate::reconcile::Context;
use crate::settings::Settings;
use crate::{client, controller, logging};

pub const ENVIRONMENT: &str = "\
Environment of `run`:
  SHOP_IMAGE      image of the shop's services (needed)
  POD_NAMESPACE   namespace of this operator, for its Lease (needed)
  POD_NAME        name of this operator's pod, which will hold the Lease (needed)
  POSTGRES_IMAGE  [default: docker.io/library/postgres:17]
  RABBITMQ_IMAGE  [default: docker.io/library/rabbitmq:4.0]
  PROMETHEUS_IMAGE
                  [default: docker.io/prom/prometheus:v2.53.5]
  WATCH_NAMESPACES
                  the only namespaces whose stacks are looked after, with commas [default: all]
  ADMIN_ADDRESS   where /livez, /readyz and /metrics are [default: 0.0.0.0:9090]
  RUST_LOG        log filter [default: info]
  LOG_FORMAT      text or json [default: text]";

/// Running reconciles may finish for so long after a signal; a pod has 30 s in all.
const GRACE: Duration = Duration::from_secs(20);

/// Names of brokers that are looked up at the same time: as many as passes run.
const LOOKUPS: usize = 8;

pub type Stop = Shared<futures::future::BoxFuture<'static, ()>>;

/// Runs until a signal (success) or until the Lease is lost (failure).
pub fn run() -> Result<(), Failure> {
    logging::init()?;
    let settings = Settings::from_env()?;
    // One thread: the work is waiting for the API server, and every thread costs memory. The others look names up.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(LOOKUPS)
        .enable_all()
        .build()
        .map_err(|error| Failure::run(format!("could not start the runtime: {error}")))?;
    let outcome = runtime.block_on(serve(settings));
    // What still runs must not outlive the Lease.
    runtime.shutdown_background();
    outcome
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    let stop = stop_signal()?;
    let (metrics, health) = (Metrics::new(), Health::default());
    let config = client::config().await?;
    let server = config.cluster_url.to_string();
    info!("ecommerce-operator {} for {server}", env!("CARGO_PKG_VERSION"));
    let reign = Reign::default();
    let gate = Gate { metrics: metrics.clone(), health: health.clone(), reign: Some(reign.clone()) };
    let client = client::client(config, gate)?;
    let listener = admin::listen(settings.admin).await?;
    let admin = Admin { health: health.clone(), metrics: metrics.clone() };
    let place = Place { server, namespace: settings.namespace.clone() };
    let elector =
        Elector::new(client.clone(), place, settings.identity(), Timing::default(), health.clone(), reign);
    let context = Arc::new(Context::new(client.clone(), &settings, metrics));
    tokio::select! {
        never = admin::serve(listener, admin) => match never {},
        outcome = lead(elector, client, context, &health, stop) => outcome,
    }
}

/// Waits for the Lease, works while holding it, hands it over.
async fn lead(
    mut elector: Elector,
    client: Client,
    context: Arc<Context>,
    health: &Health,
    stop: Stop,
) -> Result<(), Failure> {
    let stopped = tokio::select! {
        () = elector.acquire() => false,
        () = stop.clone() => true,
    };
    if !stopped {
        context.metrics.leads(true);
        tokio::select! {
            lost = elector.hold() => {
                return Err(Failure::run(format!("stopping, for this process leads no more: {lost}")));
            }
            () = work(client, context, stop.clone()) => {}
            () = grace_is_over(stop.clone(), health) => {}
        }
    }
    elector.release().await;
    let asked_to = stop.peek().is_some();
    if asked_to { Ok(()) } else { Err(Failure::run("the controller ended, and nobody had asked it to")) }
}

/// Passes and the autoscaler, until both have ended.
pub async fn work(client: Client, context: Arc<Context>, stop: Stop) {
    let discovery = context.tools.discovery.clone();
    tokio::select! {
        () = discovery.begin(&client) => {}
        () = stop.clone() => return,
    }
    let autoscaler = Autoscaler::new(&context.tools, context.scope.clone(), context.metrics.clone());
    let both = futures::future::join(
        autoscaler.run(client.clone(), stop.clone()),
        controller::run(client.clone(), context, stop),
    );
    tokio::select! {
        _ = both => {}
        never = discovery.keep_up(&client) => match never {},
    }
}

async fn grace_is_over(stop: Stop, health: &Health) {
    stop.await;
    health.stopping();
    info!("Stopping: waiting for running reconciles");
    tokio::time::sleep(GRACE).await;
    warn!("Stopping with reconciles unfinished after {} s", GRACE.as_secs());
}

fn stop_signal() -> Result<Stop, Failure> {
    let failed = |error| Failure::run(format!("could not listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let either = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(either.boxed().shared())
}
