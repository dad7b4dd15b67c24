//! A manifest, ready to be compared and applied.

use aws_lc_rs::digest;
use operator_desired::{Component, Desired, Kind, Manifest, Step};
use serde_json::{Value, json};

use crate::live::APPLIED;

#[derive(Clone, Debug)]
pub struct Wanted {
    pub step: Step,
    pub kind: &'static Kind,
    pub component: Component,
    pub name: String,
    /// Carries the hash of itself in the `applied` annotation.
    pub value: Value,
    pub hash: String,
    /// Replicas to create a Deployment with.
    pub initial_replicas: Option<i32>,
    /// Replicas with which a Deployment is up.
    pub least_replicas: Option<i32>,
}

impl Wanted {
    pub fn new(step: Step, manifest: &Manifest) -> Self {
        let mut value = manifest.value().clone();
        let hash = hash(&value);
        value["metadata"]["annotations"][APPLIED] = json!(hash);
        Self {
            step,
            kind: manifest.kind(),
            component: manifest.component(),
            name: manifest.name().to_owned(),
            value,
            hash,
            initial_replicas: manifest.initial_replicas().map(count),
            least_replicas: manifest.least_replicas().map(count),
        }
    }

    /// For messages: `Deployment shop-orders`.
    pub fn title(&self) -> String {
        format!("{} {}", self.kind.kind, self.name)
    }
}

/// All of them in the order of their waves, and the hash of the whole.
pub fn wanted(desired: &Desired) -> (Vec<Wanted>, String) {
    let all: Vec<Wanted> = desired
        .waves
        .iter()
        .flat_map(|wave| wave.manifests.iter().map(|manifest| Wanted::new(wave.step, manifest)))
        .collect();
    let revision = hash(&all.iter().map(|one| one.hash.as_str()).collect::<Vec<_>>().into());
    (all, revision)
}

fn count(replicas: u32) -> i32 {
    i32::try_from(replicas).unwrap_or(i32::MAX)
}

fn hash(value: &Value) -> String {
    let bytes = serde_json::to_vec(value).expect("JSON values can be written");
    let digest = digest::digest(&digest::SHA256, &bytes);
    digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
