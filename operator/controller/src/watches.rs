//! What wakes a reconcile: stacks, their children, and the Secrets that they name. Metadata only.
//!
//! Each watch has a backoff of its own: inside of `Controller` all of them would share one, and a single kind that
//! can't be watched would starve the rest for ever.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures::{Stream, StreamExt, stream};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::DynamicObject;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::Event;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use operator_api::MANAGER;
use operator_desired::Kind;
use serde::de::DeserializeOwned;
use tracing::{info, warn};

use crate::cluster::resource;
use crate::metrics::Metrics;
use crate::scope::Scope;
use crate::sightings::Sightings;
use crate::stack_key::{StackKey, StackMeta};

/// Shorter than the idle limits of common load balancers, which drop silent connections without a word.
pub const TIMEOUT_SECS: u32 = 200;
/// A page is held while it is read, and nine thousand Deployments are 40 MB even without their content.
const PAGE: u32 = 100;
/// Helm's release Secrets are large, many, and never named by a stack.
const NOT_HELM: &str = "type!=helm.sh/release.v1";

type ChildMeta = PartialObjectMeta<DynamicObject>;
type Touched<K> = Result<K, watcher::Error>;

/// What every watch needs.
pub struct Watches {
    pub client: Client,
    pub scope: Scope,
    pub metrics: Metrics,
    /// Gets to know of every child.
    pub sightings: Sightings,
}

impl Watches {
    /// Stacks whose spec, labels or annotations changed, or that came or went. `writer` gets to know all of them.
    pub fn stacks(&self, writer: Writer<StackMeta>) -> impl Stream<Item = Touched<StackMeta>> + use<> {
        let areas = self.scope.areas();
        let alone = areas.len() == 1;
        let watches = areas.iter().map(|area| {
            let watch =
                self.watch(area.api::<StackMeta>(self.client.clone(), &()), config(), "EcommerceStack");
            let watch = watch.modify(|stack| stack.metadata.managed_fields = None);
            if alone { watch.boxed() } else { one_of_many(watch).boxed() }
        });
        stream::select_all(watches)
            .reflect(writer)
            .touched_objects()
            .predicate_filter(without_status, kube::runtime::PredicateConfig::default())
    }

    /// Children of one kind, by label: a cluster has many more objects than ours.
    pub fn children(&self, kind: &'static Kind) -> impl Stream<Item = Touched<ChildMeta>> + Send + use<> {
        let config = config().labels(&format!("app.kubernetes.io/managed-by={MANAGER}"));
        let watches = self.scope.areas().into_iter().map(|area| {
            let api = area.api::<ChildMeta>(self.client.clone(), &resource(kind));
            let sightings = self.sightings.clone();
            let told = move |event: &watcher::Result<Event<ChildMeta>>| {
                event.iter().for_each(|event| sightings.heed(kind, &area, event));
            };
            self.watch(api, config.clone(), kind.kind).inspect(told).touched_objects().boxed()
        });
        stream::select_all(watches)
    }

    /// Secrets that are not ours, for stacks may name them.
    pub fn foreign_secrets(&self) -> impl Stream<Item = Touched<PartialObjectMeta<Secret>>> + Send + use<> {
        let config = config().labels(&format!("app.kubernetes.io/managed-by!={MANAGER}")).fields(NOT_HELM);
        let watches = self.scope.areas().into_iter().map(|area| {
            let api = area.api(self.client.clone(), &());
            self.watch(api, config.clone(), "Secret").touched_objects().boxed()
        });
        stream::select_all(watches)
    }

    fn watch<K>(
        &self,
        api: Api<K>,
        config: watcher::Config,
        kind: &str,
    ) -> impl Stream<Item = watcher::Result<Event<K>>> + Send + use<K>
    where
        K: Resource + Clone + DeserializeOwned + fmt::Debug + Send + 'static,
    {
        reported(watcher(api, config), kind.to_owned(), self.metrics.clone()).default_backoff()
    }
}

/// Tells a list as single changes: as a list it would replace those of the other namespaces.
fn one_of_many(
    watch: impl Stream<Item = watcher::Result<Event<StackMeta>>> + Send + 'static,
) -> impl Stream<Item = watcher::Result<Event<StackMeta>>> + Send {
    let (mut known, mut listed) = (BTreeMap::new(), BTreeMap::new());
    let told = watch.map(move |event| {
        let single = match event {
            Err(error) => return vec![Err(error)],
            Ok(single) => single,
        };
        match single {
            Event::Init => listed.clear(),
            Event::InitApply(stack) => {
                listed.insert(StackKey::of(&stack), bare(&stack));
                return vec![Ok(Event::Apply(stack))];
            }
            Event::InitDone => {
                let before = std::mem::replace(&mut known, std::mem::take(&mut listed));
                let gone = before.into_iter().filter(|(key, _)| !known.contains_key(key));
                return gone.map(|(_, stack)| Ok(Event::Delete(stack))).collect();
            }
            Event::Apply(stack) => {
                known.insert(StackKey::of(&stack), bare(&stack));
                return vec![Ok(Event::Apply(stack))];
            }
            Event::Delete(stack) => {
                known.remove(&StackKey::of(&stack));
                return vec![Ok(Event::Delete(stack))];
            }
        }
        Vec::new()
    });
    // The store is to be used at once, whichever namespace can't be watched.
    stream::iter([Ok(Event::Init), Ok(Event::InitDone)]).chain(told.map(stream::iter).flatten())
}

/// As much as tells which one it was.
fn bare(stack: &StackMeta) -> StackMeta {
    let metadata = ObjectMeta {
        name: stack.metadata.name.clone(),
        namespace: stack.metadata.namespace.clone(),
        uid: stack.metadata.uid.clone(),
        ..ObjectMeta::default()
    };
    StackMeta { metadata, ..stack.clone() }
}

/// All of a stack but its status, which only we write.
fn without_status(stack: &StackMeta) -> Option<u64> {
    let meta = &stack.metadata;
    let mut hasher = DefaultHasher::new();
    (&meta.uid, meta.generation, &meta.labels, &meta.annotations).hash(&mut hasher);
    meta.deletion_timestamp.as_ref().map(|time| time.0).hash(&mut hasher);
    Some(hasher.finish())
}

pub fn config() -> watcher::Config {
    watcher::Config::default().timeout(TIMEOUT_SECS).page_size(PAGE)
}

/// Says once that a watch broke, and once that it works again; counts every failure.
pub fn reported<K>(
    watch: impl Stream<Item = watcher::Result<Event<K>>>,
    kind: String,
    metrics: Metrics,
) -> impl Stream<Item = watcher::Result<Event<K>>> {
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
