//! An API server for tests, over HTTP: it keeps objects, answers as the real one would, and remembers what was asked.
//!
//! It knows enough of server-side apply for what is asserted here: who applied which fields last, and that lists are
//! merged by key. It merges without removing, and runs no controllers; tests play those by editing objects.

mod answers;
mod store;

use std::sync::{Arc, Mutex, PoisonError};

use kube::{Client, Config};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub use answers::{answer, refusal};
pub use store::Store;

/// A request as tests speak of it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub content_type: String,
    pub body: Value,
}

impl Asked {
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// `PATCH deployments/shop-orders`.
    pub fn short(&self) -> String {
        let tail = self.path.split_once("/namespaces/").and_then(|(_, rest)| rest.split_once('/'));
        format!("{} {}", self.method, tail.map_or(self.path.as_str(), |(_, tail)| tail))
    }

    pub fn manager(&self) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix("fieldManager="))
    }

    pub fn forced(&self) -> bool {
        self.query.split('&').any(|pair| pair == "force=true")
    }
}

/// What to answer instead; `None`: nothing special.
type Fault = Box<dyn FnMut(&Asked, &mut Store) -> Option<(u16, Value)> + Send>;

#[derive(Default)]
struct State {
    store: Store,
    asked: Vec<Asked>,
    faults: Vec<Fault>,
}

pub struct FakeApi {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Answer(Arc<Mutex<State>>);

impl Respond for Answer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let asked = Asked {
            method: request.method.to_string(),
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            content_type: request
                .headers
                .get("content-type")
                .map_or_else(String::new, |value| value.to_str().unwrap_or_default().to_owned()),
            body: serde_json::from_slice(&request.body).unwrap_or_default(),
        };
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State { store, asked: log, faults } = &mut *state;
        log.push(asked.clone());
        let special = faults.iter_mut().find_map(|fault| fault(&asked, store));
        let (status, body) = special.unwrap_or_else(|| answers::answer(store, &asked));
        let answer = ResponseTemplate::new(status).set_body_json(body);
        // A watch without news ends after a while; nothing here waits for one.
        if asked.query.contains("watch=true") {
            answer.set_delay(std::time::Duration::from_secs(5))
        } else {
            answer
        }
    }
}

impl FakeApi {
    pub async fn start() -> Self {
        let (server, state) = (MockServer::start().await, Arc::default());
        Mock::given(any()).respond_with(Answer(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    pub fn url(&self) -> String {
        self.server.uri()
    }

    pub fn client(&self) -> Client {
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let mut config = Config::new(self.url().parse().unwrap());
        config.default_retry = false;
        Client::try_from(config).unwrap()
    }

    /// Everything asked since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        self.with(|state| std::mem::take(&mut state.asked))
    }

    /// The writes among everything asked since the last call.
    pub fn writes(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(Asked::writes).collect()
    }

    pub fn fault(&self, fault: impl FnMut(&Asked, &mut Store) -> Option<(u16, Value)> + Send + 'static) {
        self.with(|state| state.faults.push(Box::new(fault)));
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

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
