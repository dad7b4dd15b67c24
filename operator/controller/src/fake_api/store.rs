//! Objects by path, with uids, generations and resource versions.

use std::collections::BTreeMap;

use operator_desired::Kind;
use serde_json::{Value, json};

use super::watching::{News, Selector};

#[derive(Default)]
pub struct Store {
    objects: BTreeMap<String, Value>,
    version: u64,
    news: Vec<News>,
    /// Optional kinds that the cluster knows.
    pub installed: Vec<&'static Kind>,
}

impl Store {
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.objects.get(path)
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn paths(&self) -> Vec<String> {
        self.objects.keys().cloned().collect()
    }

    pub fn selected(&self, selector: &Selector) -> Vec<&Value> {
        self.objects
            .iter()
            .filter(|(path, object)| selector.fits(path, object))
            .map(|(_, object)| object)
            .collect()
    }

    pub fn put(&mut self, path: &str, mut object: Value) -> Value {
        let before = self.objects.get(path).cloned();
        self.version += 1;
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"] = json!(self.version.to_string());
        if metadata["uid"].is_null() {
            metadata["uid"] = json!(format!("uid-{}", self.version));
        }
        if let Some(namespace) = namespace(path) {
            metadata["namespace"] = json!(namespace);
        }
        let generation = match &before {
            Some(before) if before["spec"] == object["spec"] => before["metadata"]["generation"].clone(),
            Some(before) => json!(before["metadata"]["generation"].as_i64().unwrap_or(0) + 1),
            None => json!(1),
        };
        object["metadata"]["generation"] = generation;
        self.objects.insert(path.to_owned(), object.clone());
        self.note(path, before, Some(object.clone()));
        object
    }

    pub fn edit(&mut self, path: &str, edit: impl FnOnce(&mut Value)) {
        let mut object = self.objects.get(path).unwrap_or_else(|| panic!("{path} is not there")).clone();
        edit(&mut object);
        self.put(path, object);
    }

    pub fn remove(&mut self, path: &str) -> Option<Value> {
        let removed = self.objects.remove(path)?;
        self.version += 1;
        self.note(path, Some(removed.clone()), None);
        Some(removed)
    }

    /// Since the last call.
    pub fn news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    fn note(&mut self, path: &str, before: Option<Value>, after: Option<Value>) {
        self.news.push(News { version: self.version, path: path.to_owned(), before, after });
    }
}

fn namespace(path: &str) -> Option<&str> {
    path.split_once("/namespaces/")?.1.split('/').next()
}
