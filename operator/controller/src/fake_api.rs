//! An API server for tests, in memory: it keeps objects, answers and tells watches as the real one would, permits what the
//! operator's roles permit, and remembers what was asked.
//!
//! It knows enough of server-side apply for what is asserted here: who applied which fields last, and that lists are
//! merged by key. It merges without removing, and runs no controllers; tests play those by editing objects.

mod answers;
mod asked;
mod door;
mod permits;
mod store;
mod watching;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kube::Client;
use kube::client::ClientBuilder;
use operator_desired::Kind;
use serde_json::Value;
use tokio::time::Instant;

pub use answers::{answer, refusal};
pub use asked::Asked;
pub use permits::Permit;
pub use store::Store;

use self::door::Door;
use self::permits::Permits;
use self::watching::Watching;
use crate::client::Gate;

/// What to answer instead; `None`: nothing special.
type Fault = Box<dyn FnMut(&Asked, &mut Store) -> Option<(u16, Value)> + Send>;

#[derive(Default)]
struct State {
    store: Store,
    asked: Vec<Asked>,
    faults: Vec<Fault>,
    watching: Watching,
    permits: Permits,
    weather: Weather,
}

/// How well clients reach it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Weather {
    #[default]
    Fair,
    /// Connections are refused.
    Away,
    /// Nothing is answered.
    Silent,
}

#[derive(Clone)]
pub struct FakeApi {
    state: Arc<Mutex<State>>,
}

impl FakeApi {
    pub async fn start() -> Self {
        // As `main` does: passes talk to brokers and to Prometheus too.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        Self { state: Arc::default() }
    }

    pub fn url(&self) -> String {
        "http://fake-api".to_owned()
    }

    pub fn client(&self) -> Client {
        Client::new(Door(self.clone()), "default")
    }

    /// One whose requests pass this first.
    pub fn client_behind(&self, gate: &Gate) -> Client {
        ClientBuilder::new(Door(self.clone()), "default").with_layer(gate).build()
    }

    /// Everything asked since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        self.with(|state| std::mem::take(&mut state.asked))
    }

    /// The writes among everything asked since the last call.
    pub fn writes(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(Asked::writes).collect()
    }

    /// All of the rules that something has needed so far.
    pub fn used(&self) -> BTreeSet<Permit> {
        self.with(|state| state.permits.used().clone())
    }

    /// By another role than the operator's.
    pub fn grant(&self, group: &str, resource: &str, verb: &str) {
        let permit = Permit { group: group.to_owned(), resource: resource.to_owned(), verb: verb.to_owned() };
        self.with(|state| state.permits.grant(permit));
    }

    /// From now on roles are bound in these namespaces alone.
    pub fn confine_to(&self, namespaces: &[&str]) {
        self.with(|state| state.permits.confine_to(namespaces));
    }

    pub fn fault(&self, fault: impl FnMut(&Asked, &mut Store) -> Option<(u16, Value)> + Send + 'static) {
        self.with(|state| state.faults.push(Box::new(fault)));
    }

    /// Ends all faults.
    pub fn mend(&self) {
        self.with(|state| state.faults.clear());
    }

    /// The cluster gets to know this optional kind.
    pub fn install(&self, kind: &'static Kind) {
        self.with(|state| state.store.installed.push(kind));
    }

    /// It stops: watches end, and connections are refused.
    pub fn stop(&self) {
        self.become_weather(Weather::Away);
        self.with(|state| state.watching.end());
    }

    /// Nothing is answered, and nothing told, until it is back.
    pub fn fall_silent(&self) {
        self.become_weather(Weather::Silent);
    }

    pub fn is_back(&self) {
        self.become_weather(Weather::Fair);
    }

    /// Forgets what has changed so far: who watches from before is told 410 Gone.
    pub fn compact(&self) {
        self.with(|state| state.watching.expire());
    }

    pub fn get(&self, path: &str) -> Option<Value> {
        self.with(|state| state.store.get(path).cloned())
    }

    pub fn put(&self, path: &str, object: Value) {
        self.with(|state| drop(state.store.put(path, object)));
    }

    /// Changes an object as another writer would.
    pub fn edit(&self, path: &str, edit: impl FnOnce(&mut Value)) {
        self.with(|state| state.store.edit(path, edit));
    }

    /// As `kubectl scale` does it, or an HPA.
    pub fn scale(&self, path: &str, manager: &str, replicas: u32) {
        self.edit(path, |object| {
            object["spec"]["replicas"] = replicas.into();
            answers::own_replicas(object, manager);
        });
    }

    pub fn delete(&self, path: &str) {
        self.with(|state| assert!(state.store.remove(path).is_some(), "{path} is not there"));
    }

    /// Edits every object whose path contains `part`.
    pub fn edit_all(&self, part: &str, mut edit: impl FnMut(&mut Value)) {
        let paths = self.with(|state| state.store.paths());
        paths.iter().filter(|path| path.contains(part)).for_each(|path| self.edit(path, &mut edit));
    }

    pub fn paths(&self) -> Vec<String> {
        self.with(|state| state.store.paths())
    }

    /// Waits until this is so.
    pub async fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !so(self) {
            assert!(
                Instant::now() < deadline,
                "never happened: {what}; last asked: {:#?}",
                self.last_asked()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn last_asked(&self) -> Vec<String> {
        let asked = self.asked();
        asked.iter().rev().take(20).map(Asked::short).collect()
    }

    fn become_weather(&self, weather: Weather) {
        self.with(|state| state.weather = weather);
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act(&mut state);
        let State { store, watching, .. } = &mut *state;
        watching.tell(store.news());
        done
    }
}
