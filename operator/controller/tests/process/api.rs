//! As much of an API server as a leader without stacks needs: one Lease, empty lists, silent watches.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

#[derive(Default)]
struct State {
    lease: Option<Value>,
    version: u32,
    writes: Vec<String>,
}

pub struct Api {
    pub server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Answer(Arc<Mutex<State>>);

impl Api {
    pub async fn start() -> Self {
        let (server, state) = (MockServer::start().await, Arc::default());
        Mock::given(any()).respond_with(Answer(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    pub fn holder(&self) -> Option<String> {
        let state = self.state.lock().unwrap();
        state.lease.as_ref().and_then(|lease| lease["spec"]["holderIdentity"].as_str().map(str::to_owned))
    }

    pub fn steal(&self, thief: &str) {
        let mut state = self.state.lock().unwrap();
        let mut lease = state.lease.clone().unwrap();
        lease["spec"]["holderIdentity"] = json!(thief);
        state.store(lease);
    }

    /// Writes to anything but the Lease.
    pub fn writes(&self) -> Vec<String> {
        self.state.lock().unwrap().writes.clone()
    }
}

impl State {
    fn store(&mut self, mut lease: Value) -> Value {
        self.version += 1;
        lease["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.lease = Some(lease.clone());
        lease
    }

    fn lease(&mut self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let refused = |code: u16| {
            let reason = if code == 404 { "NotFound" } else { "Conflict" };
            let body = json!({"status": "Failure", "code": code, "message": "no", "reason": reason});
            ResponseTemplate::new(code).set_body_json(body)
        };
        match (request.method.as_str(), &self.lease) {
            ("GET", None) => refused(404),
            ("GET", Some(lease)) => ResponseTemplate::new(200).set_body_json(lease),
            ("POST", Some(_)) => refused(409),
            ("PUT", Some(lease))
                if lease["metadata"]["resourceVersion"] != body["metadata"]["resourceVersion"] =>
            {
                refused(409)
            }
            _ => ResponseTemplate::new(200).set_body_json(self.store(body)),
        }
    }
}

impl Respond for Answer {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        if request.url.path().contains("/leases") {
            return state.lease(request);
        }
        if request.method != "GET" {
            state.writes.push(format!("{} {}", request.method, request.url.path()));
        }
        if request.url.query().unwrap_or_default().contains("watch=true") {
            return ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
        }
        if request.url.path().starts_with("/apis/") && request.url.path().split('/').count() == 4 {
            let body = json!({"status": "Failure", "code": 404, "message": "no", "reason": "NotFound"});
            return ResponseTemplate::new(404).set_body_json(body);
        }
        let list =
            json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []});
        ResponseTemplate::new(200).set_body_json(list)
    }
}
