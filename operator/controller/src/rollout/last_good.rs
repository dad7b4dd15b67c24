//! What ran when all was well, as it was applied. With it is repaired what must not be changed yet, and to it is gone back.
//!
//! It is a ConfigMap: old ReplicaSets go with their Deployment, and know nothing of databases.

use std::collections::BTreeMap;

use operator_desired::{Kind, last_good_name};
use serde_json::{Map, Value, json};

use crate::live::{APPLIED, Live};
use crate::pass::wanted::Wanted;

/// A change of one of these starts pods anew.
pub fn runs_pods(kind: &Kind) -> bool {
    ["Deployment", "StatefulSet", "Cluster", "RabbitmqCluster"].contains(&kind.kind)
}

#[derive(Clone, Debug, Default)]
pub struct LastGood(BTreeMap<String, Value>);

impl LastGood {
    /// What can't be read is not known.
    pub fn read(live: &Live, stack: &str) -> Self {
        let Some(found) = live.get(Kind::named("ConfigMap"), &last_good_name(stack)) else {
            return Self::default();
        };
        let entries = found.value["data"].as_object().into_iter().flatten();
        let read = |text: &Value| serde_json::from_str(text.as_str()?).ok();
        Self(entries.filter_map(|(key, text)| Some((key.clone(), read(text)?))).collect())
    }

    pub fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// The object as it was when it last worked; None: it did not exist, or was as it is wanted now.
    pub fn before(&self, wanted: &Wanted) -> Option<Wanted> {
        let value = self.0.get(&key(wanted))?;
        let hash = value["metadata"]["annotations"][APPLIED].as_str()?.to_owned();
        (hash != wanted.hash).then(|| Wanted { value: value.clone(), hash, ..wanted.clone() })
    }
}

/// The data of the ConfigMap in which all of these are remembered.
pub fn remembered(wanted: &[Wanted]) -> Value {
    let pods = wanted.iter().filter(|wanted| runs_pods(wanted.kind));
    let entries: Map<String, Value> =
        pods.map(|wanted| (key(wanted), json!(wanted.value.to_string()))).collect();
    Value::Object(entries)
}

fn key(wanted: &Wanted) -> String {
    format!("{}.{}", wanted.kind.kind, wanted.name)
}
