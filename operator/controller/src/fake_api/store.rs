//! Objects by path, with uids, generations and resource versions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

#[derive(Default)]
pub struct Store {
    objects: BTreeMap<String, Value>,
    revision: u64,
}

impl Store {
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.objects.get(path)
    }

    pub fn paths(&self) -> Vec<String> {
        self.objects.keys().cloned().collect()
    }

    pub fn children(&self, collection: &str) -> Vec<&Value> {
        let prefix = format!("{collection}/");
        self.objects.iter().filter(|(path, _)| path.starts_with(&prefix)).map(|(_, object)| object).collect()
    }

    pub fn put(&mut self, path: &str, mut object: Value) -> Value {
        let before = self.objects.get(path);
        self.revision += 1;
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"] = json!(self.revision.to_string());
        if metadata["uid"].is_null() {
            metadata["uid"] = json!(format!("uid-{}", self.revision));
        }
        let generation = match before {
            Some(before) if before["spec"] == object["spec"] => before["metadata"]["generation"].clone(),
            Some(before) => json!(before["metadata"]["generation"].as_i64().unwrap_or(0) + 1),
            None => json!(1),
        };
        object["metadata"]["generation"] = generation;
        self.objects.insert(path.to_owned(), object.clone());
        object
    }

    pub fn edit(&mut self, path: &str, edit: impl FnOnce(&mut Value)) {
        let mut object = self.objects.get(path).unwrap_or_else(|| panic!("{path} is not there")).clone();
        edit(&mut object);
        self.put(path, object);
    }

    pub fn remove(&mut self, path: &str) -> Option<Value> {
        self.objects.remove(path)
    }
}
