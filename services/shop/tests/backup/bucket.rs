//! A bucket in memory, behind the part of S3's API that is used: objects by key, and lists of two keys a page.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub struct Bucket {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    written: Vec<String>,
    deleted: Vec<String>,
    /// Part of the key, what it is answered with, and how often still.
    refused: Option<(String, u16, usize)>,
}

struct Store(Arc<Mutex<State>>);

impl Bucket {
    /// With an object under each of these keys that holds its own key.
    pub async fn start(keys: &[&str]) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        locked(&state).objects =
            keys.iter().map(|key| ((*key).to_owned(), key.as_bytes().to_vec())).collect();
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(Store(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    pub fn endpoint(&self) -> String {
        self.server.uri()
    }

    pub fn refuse(&self, part: &str, status: u16, times: usize) {
        locked(&self.state).refused = Some((part.to_owned(), status, times));
    }

    pub fn keys(&self) -> Vec<String> {
        locked(&self.state).objects.keys().cloned().collect()
    }

    pub fn text(&self, key: &str) -> Option<String> {
        locked(&self.state).objects.get(key).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// In the order in which they came.
    pub fn written(&self) -> Vec<String> {
        locked(&self.state).written.clone()
    }

    pub fn deleted(&self) -> Vec<String> {
        locked(&self.state).deleted.clone()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Respond for Store {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = locked(&self.0);
        let key = request.url.path().strip_prefix("/dumps").unwrap().trim_start_matches('/').to_owned();
        if let Some((part, status, times)) = &mut state.refused
            && *times > 0
            && key.contains(part.as_str())
        {
            *times -= 1;
            return ResponseTemplate::new(*status);
        }
        match request.method.as_str() {
            "PUT" => {
                state.written.push(key.clone());
                state.objects.insert(key, request.body.clone());
                ResponseTemplate::new(200)
            }
            "DELETE" => {
                state.objects.remove(&key);
                state.deleted.push(key);
                ResponseTemplate::new(204)
            }
            _ if key.is_empty() => ResponseTemplate::new(200).set_body_string(page(&state, request)),
            _ => state.objects.get(&key).map_or_else(
                || ResponseTemplate::new(404),
                |bytes| ResponseTemplate::new(200).set_body_bytes(bytes.clone()),
            ),
        }
    }
}

fn page(state: &State, request: &Request) -> String {
    let option = |name: &str| {
        let found = request.url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (prefix, after) = (option("prefix"), option("continuation-token"));
    let mut keys = state.objects.keys().filter(|key| key.starts_with(&prefix) && **key > after);
    let here: Vec<&String> = keys.by_ref().take(2).collect();
    let mut page = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><MaxKeys>2</MaxKeys>".to_owned();
    for key in &here {
        write!(page, "<Contents><Key>{key}</Key><ETag>x</ETag><Size>1</Size></Contents>").unwrap();
    }
    if keys.next().is_some() {
        write!(page, "<NextContinuationToken>{}</NextContinuationToken>", here[1]).unwrap();
    }
    page + "</ListBucketResult>"
}
