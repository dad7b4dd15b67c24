//! What the autoscaler hears of: Deployments of stacks, and whoever else scales Deployments. No more is kept of an object
//! than is needed.

use contracts::Role;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, stream};
use kube::Client;
use kube::core::NamespaceScope;
use kube::runtime::watcher::Event;
use kube::runtime::{WatchStreamExt, watcher};
use operator_api::MANAGER;
use serde::de::DeserializeOwned;

use super::rivals::{Competes, Name, Rival, SlimHpa, SlimScaledObject};
use super::view::{SlimDeployment, View};
use crate::discovery::Discovery;
use crate::metrics::Metrics;
use crate::scope::{Area, Scope};
use crate::stack_key::StackKey;
use crate::watches::{config, reported};

pub enum News {
    Deployments(Area, Change<(StackKey, Role), View>),
    /// With the kind.
    Rivals(&'static str, Area, Change<Name, Option<Rival>>),
}

/// As a watch tells it: a list from its beginning to its end, and what changes after it.
pub enum Change<K, V> {
    Begins,
    Listed(K, V),
    Ends,
    Is(K, V),
    Gone(K),
}

pub fn all(
    client: &Client,
    scope: &Scope,
    discovery: &Discovery,
    metrics: &Metrics,
) -> BoxStream<'static, News> {
    stream::select_all(scope.areas().into_iter().flat_map(|area| {
        let watch = Watch { client: client.clone(), area, metrics: metrics.clone() };
        let (hpas, deployments) = (watch.rivals::<SlimHpa>().boxed(), watch.deployments().boxed());
        let discovery = discovery.clone();
        let begun = async move {
            discovery.until(|offers| offers.has("ScaledObject")).await;
            watch.rivals::<SlimScaledObject>()
        };
        [deployments, hpas, stream::once(begun).flatten().boxed()]
    }))
    .boxed()
}

struct Watch {
    client: Client,
    area: Area,
    metrics: Metrics,
}

impl Watch {
    fn deployments(&self) -> impl Stream<Item = News> + Send + use<> {
        let config = config().labels(&format!("app.kubernetes.io/managed-by={MANAGER}"));
        let watch = watcher(self.area.api::<SlimDeployment>(self.client.clone(), &()), config);
        let watch = reported(watch, "Deployment".to_owned(), self.metrics.clone()).default_backoff();
        let area = self.area.clone();
        changes(watch, |deployment| {
            let (stack, role, view) = View::of(deployment)?;
            Some(((stack, role), view))
        })
        .map(move |change| News::Deployments(area.clone(), change))
    }

    fn rivals<K>(&self) -> impl Stream<Item = News> + Send + use<K>
    where
        K: Competes + Clone + DeserializeOwned + std::fmt::Debug + Send + 'static,
        K::Scope: NamespaceScope,
    {
        let watch = watcher(self.area.api::<K>(self.client.clone(), &()), config());
        let watch = reported(watch, K::KIND.to_owned(), self.metrics.clone()).default_backoff();
        let area = self.area.clone();
        changes(watch, |object: &K| Some((object.name_in(), object.rival())))
            .map(move |change| News::Rivals(K::KIND, area.clone(), change))
    }
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
