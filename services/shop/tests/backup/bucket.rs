//! A bucket in memory, behind the part of S3's API that is used: objects by key, in parts or in one piece, and lists of two keys a
//! page.

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
    /// Of uploads that have not ended: by their key, which also names them, and their numbers.
    parts: BTreeMap<String, BTreeMap<u16, Vec<u8>>>,
    /// Part of the URL, what it is answered with, and how often still.
    refused: Option<(String, u16, usize)>,
    /// The next completion of an upload is done, and answered with a failure.
    completion_lost: bool,
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

    pub fn lose_a_completion(&self) {
        locked(&self.state).completion_lost = true;
    }

    /// Keys of uploads that have neither been completed nor been given up.
    pub fn unfinished(&self) -> Vec<String> {
        locked(&self.state).parts.keys().cloned().collect()
    }

    pub fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        locked(&self.state).objects.get(key).cloned()
    }

    pub fn keys(&self) -> Vec<String> {
        locked(&self.state).objects.keys().cloned().collect()
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.bytes(key).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
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
        if let Some((part, status, times)) = &mut state.refused
            && *times > 0
            && request.url.as_str().contains(part.as_str())
        {
            *times -= 1;
            return ResponseTemplate::new(*status);
        }
        state.answer(request)
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> ResponseTemplate {
        let key = request.url.path().strip_prefix("/dumps").unwrap().trim_start_matches('/').to_owned();
        let (ok, unknown) = (ResponseTemplate::new(200), ResponseTemplate::new(404));
        let begins = query(request, "uploads").is_some();
        let (in_parts, number) = (query(request, "uploadId").is_some(), query(request, "partNumber"));
        match request.method.as_str() {
            "POST" if begins => {
                self.parts.insert(key.clone(), BTreeMap::new());
                ok.set_body_string(format!("<InitiateMultipartUploadResult {XML}><UploadId>{key}</UploadId></InitiateMultipartUploadResult>"))
            }
            _ if in_parts && !self.parts.contains_key(&key) => unknown,
            "PUT" if in_parts => {
                let number = number.unwrap().parse().unwrap();
                self.parts.get_mut(&key).unwrap().insert(number, request.body.clone());
                ok.insert_header("etag", format!("\"{number}\""))
            }
            "POST" => {
                let parts = self.parts.remove(&key).unwrap();
                self.written.push(key.clone());
                self.objects.insert(key, parts.into_values().flatten().collect());
                if std::mem::take(&mut self.completion_lost) {
                    return ResponseTemplate::new(500);
                }
                ok.set_body_string(format!(
                    "<CompleteMultipartUploadResult {XML}><ETag>x</ETag></CompleteMultipartUploadResult>"
                ))
            }
            "DELETE" if in_parts => {
                self.parts.remove(&key);
                ResponseTemplate::new(204)
            }
            "PUT" => {
                self.written.push(key.clone());
                self.objects.insert(key, request.body.clone());
                ok
            }
            "DELETE" => {
                self.objects.remove(&key);
                self.deleted.push(key);
                ResponseTemplate::new(204)
            }
            _ if key.is_empty() => ok.set_body_string(page(self, request)),
            _ => self.objects.get(&key).map_or(unknown, |bytes| ok.set_body_bytes(bytes.clone())),
        }
    }
}

const XML: &str = r#"xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#;

fn query(request: &Request, name: &str) -> Option<String> {
    let found = request.url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

fn page(state: &State, request: &Request) -> String {
    let option = |name: &str| query(request, name).unwrap_or_default();
    let (prefix, after) = (option("prefix"), option("continuation-token"));
    let mut keys = state.objects.keys().filter(|key| key.starts_with(&prefix) && **key > after);
    let here: Vec<&String> = keys.by_ref().take(2).collect();
    let mut page = format!("<?xml version=\"1.0\"?><ListBucketResult {XML}><MaxKeys>2</MaxKeys>");
    for key in &here {
        write!(page, "<Contents><Key>{key}</Key><ETag>x</ETag><Size>1</Size></Contents>").unwrap();
    }
    if keys.next().is_some() {
        write!(page, "<NextContinuationToken>{}</NextContinuationToken>", here[1]).unwrap();
    }
    page + "</ListBucketResult>"
}
