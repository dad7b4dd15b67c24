//! Watches: who is told of which changes, from which version on.

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::Asked;

/// A change of one object: gone without `after`, new without `before`.
#[derive(Clone)]
pub struct News {
    pub version: u64,
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

#[derive(Default)]
pub struct Watching {
    past: Vec<News>,
    /// The last version that is no longer remembered.
    expired: u64,
    open: Vec<Watcher>,
}

struct Watcher {
    selector: Selector,
    line: UnboundedSender<Bytes>,
}

/// Which objects: where they are, their labels, and the one field that Secrets may be chosen by.
pub struct Selector {
    beginning: String,
    namespace: Option<String>,
    resource: String,
    labels: Vec<Term>,
    fields: Vec<Term>,
}

struct Term {
    key: String,
    value: String,
    equal: bool,
}

impl Watching {
    pub fn begin(&mut self, asked: &Asked) -> UnboundedReceiver<Bytes> {
        let (line, lines) = unbounded();
        let from: u64 = asked.parameter("resourceVersion").and_then(|text| text.parse().ok()).unwrap_or(0);
        let watcher = Watcher { selector: asked.selector(), line };
        if from < self.expired {
            watcher.say(&expired());
            return lines;
        }
        self.past.iter().filter(|news| news.version > from).for_each(|news| watcher.hear(news));
        self.open.push(watcher);
        lines
    }

    pub fn tell(&mut self, news: Vec<News>) {
        for one in &news {
            self.open.iter().for_each(|watcher| watcher.hear(one));
        }
        self.past.extend(news);
        self.open.retain(|watcher| !watcher.line.is_closed());
    }

    pub fn end(&mut self) {
        self.open.clear();
    }

    pub fn expire(&mut self) {
        self.expired = self.past.last().map_or(self.expired, |news| news.version);
        self.past.clear();
        self.open.drain(..).for_each(|watcher| watcher.say(&expired()));
    }
}

fn expired() -> Value {
    let message = "too old resource version";
    let status =
        json!({"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired", "message": message});
    json!({"type": "ERROR", "object": status})
}

impl Watcher {
    fn hear(&self, news: &News) {
        let fits = |object: &&Value| self.selector.fits(&news.path, object);
        let (before, after) = (news.before.as_ref().filter(fits), news.after.as_ref().filter(fits));
        let (kind, object) = match (before, after) {
            (None, None) => return,
            (None, Some(after)) => ("ADDED", after),
            (Some(_), Some(after)) => ("MODIFIED", after),
            (Some(before), None) => ("DELETED", before),
        };
        let mut object = object.clone();
        object["metadata"]["resourceVersion"] = json!(news.version.to_string());
        self.say(&json!({"type": kind, "object": object}));
    }

    fn say(&self, event: &Value) {
        // Who hangs up is forgotten at the next change.
        self.line.unbounded_send(Bytes::from(format!("{event}\n"))).ok();
    }
}

impl Selector {
    pub fn new(collection: &str, labels: Option<&str>, fields: Option<&str>) -> Self {
        let (before, resource) = collection.rsplit_once('/').expect("a collection has a path");
        let (beginning, namespace) = match before.split_once("/namespaces/") {
            Some((beginning, namespace)) => (beginning, Some(namespace.to_owned())),
            None => (before, None),
        };
        Self {
            beginning: beginning.to_owned(),
            namespace,
            resource: resource.to_owned(),
            labels: labels.map(terms).unwrap_or_default(),
            fields: fields.map(terms).unwrap_or_default(),
        }
    }

    pub fn fits(&self, path: &str, object: &Value) -> bool {
        let rest = path.strip_prefix(&self.beginning).and_then(|rest| rest.strip_prefix("/namespaces/"));
        let Some((namespace, rest)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
        self.namespace.as_ref().is_none_or(|wanted| wanted == namespace)
            && rest.split_once('/').is_some_and(|(resource, _)| resource == self.resource)
            && self.labels.iter().all(|term| term.fits(&object["metadata"]["labels"][&term.key]))
            && self.fields.iter().all(|term| term.fits(&object[&term.key]))
    }
}

impl Term {
    fn fits(&self, value: &Value) -> bool {
        (value.as_str() == Some(&self.value)) == self.equal
    }
}

fn terms(selector: &str) -> Vec<Term> {
    let text = selector.replace("%2F", "/").replace("%3D", "=").replace("%2C", ",").replace("%21", "!");
    let pairs = text.split(',').filter_map(|term| term.split_once('='));
    pairs
        .map(|(key, value)| Term {
            equal: !key.ends_with('!'),
            key: key.trim_end_matches('!').to_owned(),
            value: value.to_owned(),
        })
        .collect()
}
