//! A management API that keeps what it is given.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::broker::Brokers;

pub struct FakeBroker {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    definitions: Value,
    /// `METHOD host path`
    asked: Vec<String>,
    /// Answers everything with this, if it is set.
    only: Option<u16>,
    critical: bool,
}

struct Answer(Arc<Mutex<State>>);

impl Respond for Answer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (host, path) = request.url.path()[1..].split_once('/').unwrap();
        let path = format!("/{path}");
        state.asked.push(format!("{} {host} {path}", request.method));
        if let Some(status) = state.only {
            return ResponseTemplate::new(status);
        }
        match (request.method.as_str(), path.as_str()) {
            ("GET", "/api/definitions") => ResponseTemplate::new(200).set_body_json(&state.definitions),
            ("POST", "/api/definitions") => {
                import(&mut state.definitions, &request.body_json().unwrap());
                ResponseTemplate::new(204)
            }
            ("GET", "/api/health/checks/node-is-quorum-critical") if state.critical => {
                ResponseTemplate::new(503)
            }
            ("GET", "/api/health/checks/node-is-quorum-critical") => ResponseTemplate::new(200),
            ("DELETE", path) if path.starts_with("/api/users/") => {
                let name = path.rsplit('/').next().unwrap();
                state.definitions["users"].as_array_mut().unwrap().retain(|user| user["name"] != name);
                ResponseTemplate::new(204)
            }
            _ => ResponseTemplate::new(404),
        }
    }
}

/// As RabbitMQ does it: what is there by name is changed, but for queues and exchanges; nothing goes.
fn import(into: &mut Value, from: &Value) {
    for (list, elements) in from.as_object().unwrap() {
        for element in elements.as_array().unwrap() {
            let keys = ["name", "user", "vhost", "exchange", "source", "destination", "routing_key"];
            let same = |one: &&mut Value| keys.iter().all(|key| one[*key] == element[*key]);
            if into[list].is_null() {
                into[list] = json!([]);
            }
            let there = into[list].as_array_mut().unwrap();
            match there.iter_mut().find(same) {
                Some(_) if ["queues", "exchanges"].contains(&list.as_str()) => {}
                Some(one) => *one = element.clone(),
                None => there.push(element.clone()),
            }
        }
    }
}

impl FakeBroker {
    pub async fn start() -> Self {
        let (server, state) = (MockServer::start().await, Arc::<Mutex<State>>::default());
        state.lock().unwrap().definitions = json!({});
        Mock::given(any()).respond_with(Answer(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// Every address leads here, with the host as the first segment of the path.
    pub fn brokers(&self) -> Brokers {
        let here = self.server.uri();
        Brokers::reached(move |url| {
            let url = url::Url::parse(url).unwrap();
            format!("{here}/{}", url.host_str().unwrap())
        })
    }

    /// Everything asked since the last call.
    pub fn asked(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.asked))
    }

    pub fn edit(&self, edit: impl FnOnce(&mut Value)) {
        self.with(|state| edit(&mut state.definitions));
    }

    pub fn definitions(&self) -> Value {
        self.with(|state| state.definitions.clone())
    }

    pub fn answer_only(&self, status: Option<u16>) {
        self.with(|state| state.only = status);
    }

    /// Whether some queue needs every node.
    pub fn need_every_node(&self, critical: bool) {
        self.with(|state| state.critical = critical);
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
