//! What wakes a reconcile: stacks, their children, and the Secrets that they name. Metadata only.
//!
//! Each watch has a backoff of its own: inside of `Controller` all of them would share one, and a single kind that
//! can't be watched would starve the rest for ever.

use std::hash::{DefaultHasher, Hash, Hasher};

use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::Secret;
use kube::api::DynamicObject;
use kube::core::{ApiResource, PartialObjectMeta};
use kube::runtime::reflector::store::Writer;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use operator_api::MANAGER;
use tracing::{info, warn};

use crate::metrics::Metrics;
use crate::stack_key::StackMeta;

/// Shorter than the idle limits of common load balancers, which drop silent connections without a word.
pub const TIMEOUT_SECS: u32 = 200;
/// Helm's release Secrets are large, many, and never named by a stack.
const NOT_HELM: &str = "type!=helm.sh/release.v1";

type Touched<K> = Result<K, watcher::Error>;

/// Stacks whose spec, labels or annotations changed, or that came or went. `writer` gets to know all of them.
pub fn stacks(
    client: Client,
    writer: Writer<StackMeta>,
    metrics: Metrics,
) -> impl Stream<Item = Touched<StackMeta>> {
    let watch = watcher(Api::<StackMeta>::all(client), config());
    reported(watch, "EcommerceStack".to_owned(), metrics)
        .modify(|stack| stack.metadata.managed_fields = None)
        .default_backoff()
        .reflect(writer)
        .touched_objects()
        .predicate_filter(without_status, kube::runtime::PredicateConfig::default())
}

/// All of a stack but its status, which only we write.
fn without_status(stack: &StackMeta) -> Option<u64> {
    let meta = &stack.metadata;
    let mut hasher = DefaultHasher::new();
    (&meta.uid, meta.generation, &meta.labels, &meta.annotations).hash(&mut hasher);
    meta.deletion_timestamp.as_ref().map(|time| time.0).hash(&mut hasher);
    Some(hasher.finish())
}

/// Children of one kind, by label: a cluster has many more objects than ours.
pub fn children(
    client: Client,
    kind: &ApiResource,
    metrics: Metrics,
) -> impl Stream<Item = Touched<PartialObjectMeta<DynamicObject>>> + use<> {
    let api = Api::<PartialObjectMeta<DynamicObject>>::all_with(client, kind);
    let config = config().labels(&format!("app.kubernetes.io/managed-by={MANAGER}"));
    reported(watcher(api, config), kind.kind.clone(), metrics).default_backoff().touched_objects()
}

/// Secrets that are not ours, for stacks may name them.
pub fn foreign_secrets(
    client: Client,
    metrics: Metrics,
) -> impl Stream<Item = Touched<PartialObjectMeta<Secret>>> {
    let api = Api::<PartialObjectMeta<Secret>>::all(client);
    let config = config().labels(&format!("app.kubernetes.io/managed-by!={MANAGER}")).fields(NOT_HELM);
    reported(watcher(api, config), "Secret".to_owned(), metrics).default_backoff().touched_objects()
}

pub fn config() -> watcher::Config {
    watcher::Config::default().timeout(TIMEOUT_SECS)
}

/// Says once that a watch broke, and once that it works again; counts every failure.
pub fn reported<K>(
    watch: impl Stream<Item = watcher::Result<watcher::Event<K>>>,
    kind: String,
    metrics: Metrics,
) -> impl Stream<Item = watcher::Result<watcher::Event<K>>> {
    let mut broken = false;
    watch.map(move |event| {
        match &event {
            Ok(_) if broken => {
                broken = false;
                info!(watch.kind = kind, "Watching {kind} again");
            }
            Ok(_) => {}
            Err(error) => {
                metrics.watch_failed(&kind);
                if !broken {
                    broken = true;
                    warn!(watch.kind = kind, "Can't watch {kind}, trying on: {}", explained(error));
                }
            }
        }
        event
    })
}

/// With what to do about it where that is known.
fn explained(error: &watcher::Error) -> String {
    use watcher::Error::{InitialListFailed, WatchFailed, WatchStartFailed};
    match error {
        InitialListFailed(cause) | WatchStartFailed(cause) | WatchFailed(cause) => {
            let reason = crate::client::reason(cause);
            if crate::client::answered(cause, 404) {
                format!(
                    "{reason}; is the kind installed? (ecommerce-operator crd | kubectl apply --server-side -f -)"
                )
            } else if crate::client::answered(cause, 403) {
                format!("{reason}; grant it to the operator's service account")
            } else {
                reason
            }
        }
        other => other.to_string(),
    }
}
