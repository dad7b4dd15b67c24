//! What the autoscaler hears of: Deployments of stacks, and whoever else scales Deployments. No more is kept of an object
//! than is needed.

use contracts::Role;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, stream};
use kube::runtime::watcher::Event;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use operator_api::MANAGER;
use serde::de::DeserializeOwned;

use super::rivals::{Competes, Name, Rival, SlimHpa, SlimScaledObject};
use super::view::{SlimDeployment, View};
use crate::discovery::Discovery;
use crate::metrics::Metrics;
use crate::stack_key::StackKey;
use crate::watches::{config, reported};

/// Deployments are large, and a page of them is held while it is read.
const PAGE: u32 = 100;

pub enum News {
    Deployments(Change<(StackKey, Role), View>),
    /// With the kind.
    Rivals(&'static str, Change<Name, Option<Rival>>),
}

/// As a watch tells it: a list from its beginning to its end, and what changes after it.
pub enum Change<K, V> {
    Begins,
    Listed(K, V),
    Ends,
    Is(K, V),
    Gone(K),
}

pub fn all(client: &Client, discovery: &Discovery, metrics: &Metrics) -> BoxStream<'static, News> {
    let deployments = deployments(client.clone(), metrics.clone()).map(News::Deployments).boxed();
    let hpas = rivals::<SlimHpa>(client.clone(), metrics.clone()).boxed();
    let (discovery, client, metrics) = (discovery.clone(), client.clone(), metrics.clone());
    let begun = async move {
        discovery.until(|offers| offers.has("ScaledObject")).await;
        rivals::<SlimScaledObject>(client, metrics)
    };
    let scaled_objects = stream::once(begun).flatten().boxed();
    stream::select_all([deployments, hpas, scaled_objects]).boxed()
}

fn deployments(
    client: Client,
    metrics: Metrics,
) -> impl Stream<Item = Change<(StackKey, Role), View>> + Send + 'static {
    let config = config().labels(&format!("app.kubernetes.io/managed-by={MANAGER}")).page_size(PAGE);
    let watch = watcher(Api::<SlimDeployment>::all(client), config);
    let watch = reported(watch, "Deployment".to_owned(), metrics).default_backoff();
    changes(watch, |deployment| {
        let (stack, role, view) = View::of(deployment)?;
        Some(((stack, role), view))
    })
}

fn rivals<K>(client: Client, metrics: Metrics) -> impl Stream<Item = News> + Send + 'static
where
    K: Competes + Clone + DeserializeOwned + std::fmt::Debug + Send + 'static,
{
    let watch = watcher(Api::<K>::all(client), config().page_size(PAGE));
    let watch = reported(watch, K::KIND.to_owned(), metrics).default_backoff();
    changes(watch, |object: &K| Some((object.name_in(), object.rival())))
        .map(|change| News::Rivals(K::KIND, change))
}

fn changes<O, K, V>(
    watch: impl Stream<Item = watcher::Result<Event<O>>> + Send + 'static,
    project: impl Fn(&O) -> Option<(K, V)> + Send + 'static,
) -> impl Stream<Item = Change<K, V>> + Send + 'static
where
    O: Send + 'static,
    K: Send + 'static,
    V: Send + 'static,
{
    watch.filter_map(move |event| {
        // Failures have been told, and the watch goes on by itself.
        let change = event.ok().and_then(|event| match event {
            Event::Init => Some(Change::Begins),
            Event::InitApply(object) => project(&object).map(|(key, value)| Change::Listed(key, value)),
            Event::InitDone => Some(Change::Ends),
            Event::Apply(object) => project(&object).map(|(key, value)| Change::Is(key, value)),
            Event::Delete(object) => project(&object).map(|(key, _)| Change::Gone(key)),
        });
        std::future::ready(change)
    })
}
