//! Wires watches to passes: which change wakes which stack, how many at a time, and how they stop.

use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use kube::Client;
use kube::runtime::controller::{self, Config, Controller};
use kube::runtime::events::{Recorder, Reporter};
use kube::runtime::reflector;
use operator_desired::{Kind, Manifest};
use tracing::debug;

use crate::backoff::Failures;
use crate::broker::Brokers;
use crate::clock::Clock;
use crate::cluster::{Cluster, resource};
use crate::discovery::Discovery;
use crate::metrics::Metrics;
use crate::nudges;
use crate::pass::Tools;
use crate::pki::Prober;
use crate::reconcile::{Context, PATIENCE, on_error, reconcile};
use crate::references::References;
use crate::settings::Settings;
use crate::stack_key::StackKey;
use crate::stubborn::Stubborn;
use crate::watches::Watches;

/// A Deployment alone reports half a dozen changes in the second in which its pods become ready.
const DEBOUNCE: Duration = Duration::from_millis(300);
const AT_A_TIME: u16 = 8;

impl Context {
    pub fn new(client: Client, settings: &Settings, metrics: Metrics) -> Self {
        let reporter = Reporter {
            controller: "ecommercestack.dev/operator".to_owned(),
            instance: Some(settings.pod.clone()),
        };
        // One recorder for all: it is what tells a repeated event from a new one.
        let tools = Tools {
            recorder: Recorder::new(client.clone(), reporter),
            cluster: Cluster::new(client),
            images: settings.images.clone(),
            contracts: operator_desired::contracts_of_roles(),
            namespace: settings.namespace.clone(),
            references: References::default(),
            stubborn: Stubborn::default(),
            discovery: Discovery::default(),
            clock: Clock::system(),
            prober: Prober::direct(Clock::system()),
            expiries: metrics.certificates().clone(),
            table: Arc::default(),
            brokers: Brokers::default(),
        };
        Self {
            tools,
            metrics,
            failures: Failures::default(),
            scope: settings.scope.clone(),
            patience: PATIENCE,
        }
    }
}

/// Runs until `stop`, and until the passes that were running then have ended.
pub async fn run(
    client: Client,
    context: Arc<Context>,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) {
    let watches = Watches {
        client,
        scope: context.scope.clone(),
        metrics: context.metrics.clone(),
        sightings: context.tools.cluster.sightings().clone(),
    };
    let (known, writer) = reflector::store();
    let mut controller = Controller::for_stream(watches.stacks(writer), known)
        .with_config(Config::default().debounce(DEBOUNCE).concurrency(AT_A_TIME))
        // The watches have backoffs of their own; this one would stop them all for the sake of one.
        .trigger_backoff(Immediately);
    for kind in Manifest::KINDS {
        let children = offered(kind, &context.tools.discovery, watches.children(kind));
        controller = controller.owns_stream_with(children, resource(kind));
    }
    let to_publish = nudges::stream(context.tools.table.to_publish.clone());
    let named_by = context.clone();
    controller
        .watches_stream(watches.foreign_secrets(), move |secret| {
            let (namespace, name) = (secret.metadata.namespace, secret.metadata.name);
            let stacks = named_by
                .tools
                .references
                .stacks_naming(&namespace.unwrap_or_default(), &name.unwrap_or_default());
            stacks.into_iter().map(|stack| stack.object_ref())
        })
        .reconcile_all_on(context.tools.discovery.changes())
        .reconcile_on(to_publish.map(|stack| stack.object_ref()))
        .graceful_shutdown_on(stop)
        .run(reconcile, |stack, error, context| on_error(&stack, error, &context), context.clone())
        .for_each(|outcome| {
            if let Err(controller::Error::ObjectNotFound(gone)) = outcome {
                let key = StackKey::new(gone.namespace.clone().unwrap_or_default(), gone.name.clone());
                debug!(stack.name = %key, "{key} is gone");
                context.tools.references.forget(&key);
                context.tools.table.forget(&key);
                context.tools.expiries.forget(&key);
                context.failures.succeeded(&key);
            }
            // Failed passes and failed watches have been logged where they failed.
            std::future::ready(())
        })
        .await;
}

/// A kind that the cluster does not know can't be watched before it does.
fn offered<T: Send + 'static>(
    kind: &'static Kind,
    discovery: &Discovery,
    watch: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = T> + Send + 'static {
    let discovery = discovery.clone();
    let begun = async move {
        discovery.until(move |offers| offers.knows(kind)).await;
        watch
    };
    stream::once(begun).flatten()
}

/// No wait after an error of a stream that has waited already.
struct Immediately;

impl Iterator for Immediately {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

impl kube::runtime::utils::Backoff for Immediately {
    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests;
